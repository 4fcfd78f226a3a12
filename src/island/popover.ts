/** Panels in the top layer that stand beside the button that opened them, and on a phone at the bottom of the screen. */

/** Pixels between a panel and its button, and to the edges of the window. */
const GAP = 8;
/** Below this width a panel is as wide as the window: pixels. */
const PHONE = 480;
const anchors = new WeakMap<HTMLElement, HTMLElement>();
/** Open when the pointer went down: the browser closes it before that press becomes a click on its button. */
let openAtPress: HTMLElement | null = null;
let open: HTMLElement | null = null;
addEventListener(
  'pointerdown',
  () => {
    openAtPress = open;
  },
  { capture: true },
);
addEventListener(
  'keydown',
  () => {
    openAtPress = null;
  },
  { capture: true },
);

/** Shows the panel beside `anchor`, or closes it where it stood there already. Says whether it is open now. */
export function togglePopover(panel: HTMLElement, anchor: HTMLElement): boolean {
  const isOpen = panel.matches(':popover-open');
  const again = anchors.get(panel) === anchor && (isOpen || openAtPress === panel);
  if (isOpen) panel.hidePopover();
  openAtPress = null;
  if (again) return false;
  if (!anchors.has(panel)) watch(panel);
  anchors.set(panel, anchor);
  panel.showPopover();
  place(panel, anchor);
  return true;
}

function watch(panel: HTMLElement): void {
  panel.addEventListener('beforetoggle', (event) => {
    open = event.newState === 'open' ? panel : null;
  });
  addEventListener('resize', () => {
    const anchor = anchors.get(panel);
    if (anchor && open === panel) place(panel, anchor);
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
  // What is written in a form stays in sight.
  const around = anchor.closest('form')?.getBoundingClientRect() ?? button;
  const above = around.top - GAP - height;
  const below = Math.min(around.bottom + GAP, innerHeight - height - GAP);
  const left = Math.min(button.left, innerWidth - width - GAP);
  style.inset = `${Math.max(GAP, above >= GAP ? above : below)}px auto auto ${Math.max(GAP, left)}px`;
}
