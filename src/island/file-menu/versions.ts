/** The versions of a file: who made each, when, and which is the newest. */
import type { Engine } from '../../client/engine-types.ts';
import type { KeptFile } from '../../client/files/types.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { isOver } from '../file-card/kind.ts';
import { stateLine } from '../file-card/state.ts';
import { loadSave } from '../part.ts';
import { nameOf } from '../people.ts';
import { showProblem } from '../problem.ts';
import { styleSheet } from '../styles.ts';
import { momentOf } from '../times.ts';
import { act, drawNameOf, openDialog } from './dialog.ts';
import type { FileMenuTerms } from './main.ts';
import { VERSIONS_STYLE } from './style.ts';

const SHEET = styleSheet(VERSIONS_STYLE);

export async function openVersions(
  client: Engine,
  { file, conversation, anchor }: Pick<FileMenuTerms, 'file' | 'conversation' | 'anchor'>,
): Promise<void> {
  const files = await client.files();
  const versions = await files.versions(file.id, conversation).catch(showProblem);
  if (!versions) return;
  const view = (await client.conversations()).find(({ id }) => id === conversation);
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [SHEET];
  const opened = openDialog(t('Versions'), [drawNameOf(file.name), host], anchor, true);
  const rows = await Promise.all(
    versions.map((kept, index) =>
      drawVersion(
        kept,
        index === 0,
        async (button) => {
          await act(opened, button, () => files.restore(kept.file.id, conversation, kept.file));
        },
        view?.writable ?? false,
      ),
    ),
  );
  root.replaceChildren(draw('ol', { reversed: true }, ...rows));
}

type Restore = (button: HTMLButtonElement) => Promise<void>;

async function drawVersion(
  { file, sender, mine, sentAt }: KeptFile,
  isNewest: boolean,
  restore: Restore,
  writable: boolean,
): Promise<HTMLElement> {
  const who = mine ? t('You') : await nameOf(sender.account);
  const title = draw('b', {}, t('Version {n}', { n: file.version }));
  if (isNewest) title.append(' ', draw('span', { class: 'newest' }, t('newest')));
  const facts = draw('span', {}, draw('bdi', {}, who), `, ${momentOf(sentAt)} · ${byteSize(file.size)}`);
  const n = file.version;
  const save = draw('button', { type: 'button', 'aria-label': t('Save version {n}', { n }) }, t('Save'));
  save.addEventListener('click', () => void loadSave().then(({ startSave }) => startSave(file), showProblem));
  const again = draw(
    'button',
    { type: 'button', 'aria-label': t('Restore version {n}', { n }) },
    t('Restore'),
  );
  again.addEventListener('click', () => void restore(again));
  const buttons = isOver(file) ? [] : [save, ...(isNewest || !writable ? [] : [again])];
  return draw(
    'li',
    {},
    draw('div', { class: 'about' }, title, facts, draw('bdi', { class: 'name' }, file.name)),
    draw('div', { class: 'buttons' }, ...buttons),
    stateLine(file),
  );
}
