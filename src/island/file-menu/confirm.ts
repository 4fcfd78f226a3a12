/** Asks once before a file is taken from everybody. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { act, drawNameOf, openDialog } from './dialog.ts';

export function confirmRemoval(client: Engine, file: FileView, back: HTMLElement): void {
  const remove = draw('button', { type: 'button', class: 'button danger' }, t('Delete'));
  const cancel = draw('button', { type: 'button', class: 'button' }, t('Cancel'));
  const words = t('The server deletes it everywhere it was sent. Whoever has saved it keeps that copy.');
  const opened = openDialog(
    t('Delete this file?'),
    [
      drawNameOf(file.name),
      draw('p', { class: 'dialog-words' }, words),
      draw('div', { class: 'buttons' }, cancel, remove),
    ],
    back,
  );
  cancel.addEventListener('click', () => opened.dialog.close());
  remove.addEventListener(
    'click',
    () => void act(opened, remove, async () => (await client.files()).remove(file.id)),
  );
  cancel.focus();
}
