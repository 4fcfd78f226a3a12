/** Going through messages with the keyboard: arrows move the focus from one to the next, starting from the log. */
import type { Rows } from './rows.ts';

export interface KeyActions {
  readonly newest: () => Promise<void>;
}

/** Takes arrows, Home and End in the log and on its messages; what is inside a message keeps its own keys. */
export function watchKeys(log: HTMLElement, rows: Rows, actions: KeyActions): void {
  log.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { target } = event;
    const row = target instanceof HTMLElement && target.matches('article') ? target : null;
    if (target !== log && !row) return;
    if (event.key === 'End') {
      event.preventDefault();
      void actions.newest().then(() => focusRow(rows.all.at(-1)));
      return;
    }
    const next = nextRow(event.key, log, rows.all, row);
    if (!next) return;
    event.preventDefault();
    focusRow(next);
  });
}

function nextRow(
  key: string,
  log: HTMLElement,
  all: readonly HTMLElement[],
  row: HTMLElement | null,
): HTMLElement | undefined {
  if (key === 'Home') return all[0];
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const step = key === 'ArrowUp' ? -1 : 1;
  if (row) return all[all.indexOf(row) + step];
  // From the log: what stands last in view, or first.
  const { top, bottom } = log.getBoundingClientRect();
  const seen = all.filter((each) => {
    const place = each.getBoundingClientRect();
    return place.bottom > top && place.top < bottom;
  });
  return key === 'ArrowUp' ? seen.at(-1) : seen[0];
}

function focusRow(row: HTMLElement | undefined): void {
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'nearest' });
}
