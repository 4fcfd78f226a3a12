/** What a person does with a message beside reading it. What it takes is fetched when somebody first points at one. */
import type { Engine } from '../../client/engine-types.ts';
import type { BodyId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { loadMessageMenu } from '../part.ts';
import { showProblem } from '../problem.ts';
import type { Rows } from './rows.ts';
import { QUOTE_OPENED, REACTION_TOGGLED, type ReactionToggled } from './sealed-message.ts';

/** A finger that rests so long on a message asks for its menu. */
const LONG_PRESS_MS = 500;
/** A finger that moves further, in pixels, scrolls. */
const STILL = 10;
const KEYS: ReadonlySet<string> = new Set(['Enter', 'm', 'r', 'e', '+', 'ContextMenu']);

export function watchActions(
  log: HTMLElement,
  rows: Rows,
  client: Engine,
  goTo: (id: BodyId) => Promise<boolean>,
): void {
  const rowOf = (event: Event): HTMLElement | null => {
    const row = event.target instanceof Element ? event.target.closest('article') : null;
    return row && log.contains(row) && rows.messageOf(row) ? row : null;
  };
  const menu = async () => (await loadMessageMenu()).messageMenu(log, rows, client);
  const point = (event: Event) => {
    const row = rowOf(event);
    if (row) void menu().then(({ show }) => show(row));
  };
  log.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'mouse') point(event);
  });
  log.addEventListener('focusin', point);
  log.addEventListener('keydown', (event) => {
    const row = rowOf(event);
    if (!row || event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!KEYS.has(event.key)) return;
    event.preventDefault();
    void menu().then(({ press }) => press(row, event.key));
  });
  watchLongPress(log, rowOf, (row) => void menu().then(({ open }) => open(row)));
  log.addEventListener(QUOTE_OPENED, (event) => {
    const answered = event.target instanceof Element ? rows.messageOf(event.target)?.replyTo : null;
    if (answered)
      void goTo(answered).then((found) => {
        if (!found)
          showProblem(new Error(t('The message that this answers is not on this device any more.')));
      });
  });
  log.addEventListener(REACTION_TOGGLED, (event) => {
    const message = event.target instanceof Element ? rows.messageOf(event.target) : null;
    const { emoji, on } = (event as CustomEvent<ReactionToggled>).detail;
    if (message) client.react(message.id, emoji, on).catch(showProblem);
  });
}

/** A finger that rests opens the menu; the browser's own would offer to copy a page's text. */
function watchLongPress(
  log: HTMLElement,
  rowOf: (event: Event) => HTMLElement | null,
  open: (row: HTMLElement) => void,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opened = false;
  let from = { x: 0, y: 0 };
  const end = () => clearTimeout(timer);
  log.addEventListener('pointerdown', (event) => {
    const row = rowOf(event);
    if (!row || event.pointerType === 'mouse') return;
    from = { x: event.clientX, y: event.clientY };
    opened = false;
    timer = setTimeout(() => {
      opened = true;
      open(row);
    }, LONG_PRESS_MS);
  });
  log.addEventListener('pointermove', (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL) end();
  });
  for (const name of ['pointerup', 'pointercancel', 'scroll'] as const) log.addEventListener(name, end);
  // Lifting the finger is no tap on what lies under it by now, which may be the menu.
  log.addEventListener('touchend', (event) => {
    if (opened && event.cancelable) event.preventDefault();
  });
  log.addEventListener('contextmenu', (event) => {
    if (event instanceof PointerEvent && event.pointerType === 'touch' && rowOf(event))
      event.preventDefault();
  });
}
