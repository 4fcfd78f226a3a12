/** Panels in the top layer that stand beside the button that opened them, and on a phone at the bottom of the screen. */

/** Pixels between a panel and its button, and to the edges of the window. */
const GAP = 8;
/** Below this width a panel is as wide as the window: pixels. */
const PHONE = 480;
/** A press on the button of an open panel closes it before it is a click: milliseconds. */
const SAME_PRESS_MS = 150;

const closed = new WeakMap<HTMLElement, { readonly anchor: HTMLElement; readonly at: number }>();
const anchors = new WeakMap<HTMLElement, HTMLElement>();

/** Shows the panel beside `anchor`, or closes it where it stood there already. Says whether it is open now. */
export function togglePopover(panel: HTMLElement, anchor: HTMLElement): boolean {
  const last = closed.get(panel);
  const again = last?.anchor === anchor && performance.now() - last.at < SAME_PRESS_MS;
  const wasOpen = panel.matches(':popover-open') && anchors.get(panel) === anchor;
  if (panel.matches(':popover-open')) panel.hidePopover();
  if (again || wasOpen) return false;
  if (!anchors.has(panel)) watchClosing(panel);
  anchors.set(panel, anchor);
  panel.showPopover();
  place(panel, anchor);
  return true;
}

function watchClosing(panel: HTMLElement): void {
  panel.addEventListener('toggle', (event) => {
    const anchor = anchors.get(panel);
    if (anchor && 'newState' in event && event.newState === 'closed')
      closed.set(panel, { anchor, at: performance.now() });
  });
  addEventListener('resize', () => {
    const anchor = anchors.get(panel);
    if (anchor && panel.matches(':popover-open')) place(panel, anchor);
  });
}

function place(panel: HTMLElement, anchor: HTMLElement): void {
  const { style } = panel;
  style.margin = '0';
  if (innerWidth < PHONE) {
    style.inset = 'auto 0 0 0';
    return;
  }
  const { width, height } = panel.getBoundingClientRect();
  const button = anchor.getBoundingClientRect();
  const above = button.top - GAP - height;
  const below = Math.min(button.bottom + GAP, innerHeight - height - GAP);
  const left = Math.min(button.left, innerWidth - width - GAP);
  style.inset = `${Math.max(GAP, above >= GAP ? above : below)}px auto auto ${Math.max(GAP, left)}px`;
}
