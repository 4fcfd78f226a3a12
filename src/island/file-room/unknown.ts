/** Files of one's own of which this device knows nothing but their size: listed below the others, for whoever wants the room back. */
import type { Engine } from '../../client/engine-types.ts';
import { type FileRecord, type FileUsage, sealedFileBytes } from '../../contract/files.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { loadFileMenu } from '../part.ts';
import { showProblem } from '../problem.ts';
import { momentOf } from '../times.ts';

/** Nothing where there are none, or the server does not say. @param removed called when one of them was removed */
export async function drawUnknown(
  client: Engine,
  usage: FileUsage,
  place: HTMLElement,
  removed: () => void,
): Promise<void> {
  const found = await (await client.files()).unknown(usage).catch(() => []);
  if (found.length === 0) return place.replaceChildren();
  const bytes = found.reduce((sum, { size }) => sum + sealedFileBytes(size), 0);
  const title = plural(
    found.length,
    '{n} file of yours that this device does not know',
    '{n} files of yours that this device does not know',
  );
  const words = t(
    'On this device no message names it: that was deleted, or sent from another device. {size} in all. What none of your devices shows can go.',
    { size: byteSize(bytes) },
  );
  const rows = found.map((each) => {
    const row: HTMLElement = drawUnknownRow(each, (button) => {
      const gone = () => {
        row.remove();
        if (list.childElementCount === 0) place.replaceChildren();
        removed();
      };
      const back = { focus: () => (button.isConnected ? button : list.querySelector('button'))?.focus() };
      loadFileMenu()
        .then(({ confirmForgetting }) => confirmForgetting(client, each, back, gone))
        .catch(showProblem);
    });
    return row;
  });
  const list = draw('ul', { class: 'rows', 'aria-label': t('Unknown files') }, ...rows);
  place.replaceChildren(
    draw('details', {}, draw('summary', {}, title), draw('p', { class: 'count' }, words), list),
  );
}

function drawUnknownRow(
  { size, createdAt, completedAt }: FileRecord,
  remove: (button: HTMLElement) => void,
): HTMLElement {
  const button = draw('button', { type: 'button', class: 'more' }, t('Delete'));
  const when = momentOf(createdAt);
  button.setAttribute('aria-label', t('Delete the file of {when}, {size}', { when, size: byteSize(size) }));
  button.addEventListener('click', () => remove(button));
  return draw(
    'li',
    { class: 'unknown' },
    draw(
      'div',
      { class: 'about' },
      draw('span', { class: 'name' }, byteSize(size)),
      ...(completedAt === null ? [draw('span', { class: 'facts' }, t('Not all of it was sent'))] : []),
    ),
    draw('div', { class: 'from' }, draw('time', { datetime: new Date(createdAt).toISOString() }, when)),
    button,
  );
}
