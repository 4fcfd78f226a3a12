/**
 * The page of a conversation's files, and of one's own: searched as one types, narrowed and sorted, with everything that can be done with a
 * file. Names are people's words, so all of it stands in the shadow root of `[data-file-room]`.
 */
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { showProblem } from '../problem.ts';
import { engine, onEvent } from '../session.ts';
import { styleSheet } from '../styles.ts';
import { openControls } from './controls.ts';
import { drawEmpty } from './empty.ts';
import { type Asked, findFiles, titlesOf } from './find.ts';
import { drawRow } from './row.ts';
import { ROOM_STYLE } from './style.ts';
import { drawUnknown } from './unknown.ts';
import { drawUsage } from './usage.ts';

const SHEET = styleSheet(ROOM_STYLE);
/** Rows that are drawn at once; a button draws more. */
const PAGE = 100;
/** Changes come in bursts, and keys too: milliseconds. */
const BURST_MS = 120;

const NO_TITLES: ReadonlyMap<ConversationId, string> = new Map();

export async function openFileRoom(place: HTMLElement): Promise<void> {
  const { fileRoom = '' } = place.dataset;
  const conversation = isConversationId(fileRoom) ? fileRoom : null;
  const client = await engine;
  const root = place.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [SHEET];
  const list = draw('ul', { class: 'rows', 'aria-label': t('Files') });
  const count = draw('p', { class: 'count', role: 'status' });
  const empty = draw('div', { class: 'empty', hidden: true });
  const more = draw('button', { type: 'button', class: 'more', hidden: true }, t('Show more'));
  let asked: Asked = { conversation, query: '', kind: '', sort: 'newest', whose: '' };
  let limit = PAGE;
  let drawn = 0;

  const show = async () => {
    const mine = ++drawn;
    const found = await findFiles(client, asked);
    const titles = conversation === null ? await titlesOf(client) : NO_TITLES;
    const rows = await Promise.all(
      found.slice(0, limit).map((kept) => drawRow(kept, titles.get(kept.conversation) ?? '')),
    );
    // Something else was asked for meanwhile.
    if (mine !== drawn) return;
    const focused = root.activeElement?.getAttribute('data-key');
    list.replaceChildren(...rows);
    if (focused) root.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
    count.textContent = plural(found.length, '{n} file', '{n} files');
    more.hidden = found.length <= limit;
    empty.hidden = found.length > 0;
    if (found.length === 0) empty.replaceChildren(drawEmpty(asked));
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => void show().catch(showProblem), BURST_MS);
  };
  const controls = openControls(asked, (changed) => {
    asked = changed;
    limit = PAGE;
    soon();
  });
  more.addEventListener('click', () => {
    limit += PAGE;
    void show().catch(showProblem);
  });
  const usage = draw('div', { class: 'usage' });
  const unknown = draw('div', {});
  const own = conversation === null;
  root.append(...(own ? [usage] : []), controls, count, list, empty, more, ...(own ? [unknown] : []));
  const end = onEvent((event) => {
    if (!place.isConnected) return end();
    if (event.type === 'files' && (conversation === null || event.conversation === conversation)) soon();
  });
  await show().catch(showProblem);
  const taken = own ? await drawUsage(client, usage) : null;
  const again = () => void drawUsage(client, usage).catch(showProblem);
  if (taken) await drawUnknown(client, taken, unknown, again);
}
