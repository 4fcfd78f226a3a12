/** Messages as lines that lead to them: who, when, and how each begins. The words stand in a shadow root. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import { draw } from '../draw.ts';
import { authorOf } from '../people.ts';
import { styleSheet } from '../styles.ts';
import { shownTimeline } from '../timeline/open-at.ts';
import { firstLine } from '../timeline/quote.ts';
import { shortOf } from '../times.ts';

const SHEET = styleSheet(`
  ul { display: grid; gap: 2px; margin: 0; padding: 0; list-style: none; }
  button { display: grid; width: 100%; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--s2); padding: 6px var(--s2);
    border: 0; border-radius: var(--r1); background: none; color: var(--ink-2); font: var(--f-small); text-align: start; cursor: pointer; }
  button:hover { background: color-mix(in srgb, var(--ink) 5%, transparent); }
  button:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
  b { color: var(--ink); font-weight: 600; }
  time { color: var(--ink-3); }
  span { grid-column: 1 / -1; display: -webkit-box; overflow: hidden; overflow-wrap: anywhere; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
  @media (pointer: coarse) { button { padding: 10px var(--s2); } }
`);

/** Draws the list into the shadow root of `host`, anew each time. @param label what it is a list of */
export async function drawExcerpts(
  host: HTMLElement,
  messages: readonly HistoryMessage[],
  label: string,
): Promise<void> {
  const items = await Promise.all(messages.map(drawExcerpt));
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [SHEET];
  root.replaceChildren(draw('ul', { 'aria-label': label }, ...items));
}

async function drawExcerpt(message: HistoryMessage): Promise<HTMLElement> {
  const { name } = await authorOf(message);
  const time = draw('time', { datetime: new Date(message.sentAt).toISOString() }, shortOf(message.sentAt));
  const words = draw('span', {}, draw('bdi', {}, firstLine(message)));
  const button = draw('button', { type: 'button' }, draw('b', {}, draw('bdi', {}, name)), time, words);
  button.addEventListener('click', () => {
    const panel = button.getRootNode() instanceof ShadowRoot ? document.querySelector('#details') : null;
    if (panel instanceof HTMLElement && panel.matches(':popover-open')) panel.hidePopover();
    void shownTimeline(message.conversation)?.goTo(message.id);
  });
  return draw('li', {}, button);
}
