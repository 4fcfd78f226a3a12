/** Asks once before a file is taken from everybody. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import type { FileRecord } from '../../contract/files.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { act, drawNameOf, openDialog } from './dialog.ts';

/** Has the focus afterwards. */
type Focusable = Pick<HTMLElement, 'focus'>;

export function confirmRemoval(client: Engine, file: FileView, back: HTMLElement): void {
  const words = t('The server deletes it everywhere it was sent. Whoever has saved it keeps that copy.');
  const remove = async () => (await client.files()).remove(file.id);
  ask([drawNameOf(file.name), draw('p', { class: 'dialog-words' }, words)], back, remove);
}

/** The same for a file that no message here names. @param removed called when the server has deleted it */
export function confirmForgetting(
  client: Engine,
  { id }: Pick<FileRecord, 'id'>,
  back: Focusable,
  removed: () => void,
): void {
  const words = t(
    'The server deletes it, also where another device of yours still shows it. Whoever has saved it keeps that copy.',
  );
  ask([draw('p', { class: 'dialog-words' }, words)], back, async () => {
    await (await client.files()).remove(id);
    removed();
  });
}

function ask(said: readonly Node[], back: Focusable, task: () => Promise<void>): void {
  const remove = draw('button', { type: 'button', class: 'button danger' }, t('Delete'));
  const cancel = draw('button', { type: 'button', class: 'button' }, t('Cancel'));
  const opened = openDialog(
    t('Delete this file?'),
    [...said, draw('div', { class: 'buttons' }, cancel, remove)],
    back,
  );
  cancel.addEventListener('click', () => opened.dialog.close());
  remove.addEventListener('click', () => void act(opened, remove, task));
  cancel.focus();
}
