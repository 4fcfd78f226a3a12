/** How many unread messages there are, where it shows without a look at the page: title, icon, the app's badge. */
import type { Engine } from '../../client/engine-types.ts';
import { onEvent } from '../session.ts';

/** Side of the icon with a mark, in pixels. */
const ICON_SIZE = 64;
const MARK = '#b4413c';
/** Changes that come together are counted once, in milliseconds. */
const TOGETHER_MS = 150;

/** Keeps the count; what the person has silenced does not count, except where it names them. */
export function watchCount(client: Engine): void {
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = async () => {
    const known = await client.conversations();
    count = known.reduce(
      (sum, { unread, mentions, notify }) =>
        sum + (notify === 'all' ? unread : notify === 'mentions' ? mentions : 0),
      0,
    );
    drawTitle(count);
    drawIcon(count > 0);
    // Where the app is not installed it comes to nothing.
    void (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {});
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), TOGETHER_MS);
  };
  onEvent(({ type }) => {
    if (type === 'conversation' || type === 'message' || type === 'removed') soon();
  });
  // A swap of the pane writes another title.
  new MutationObserver(() => drawTitle(count)).observe(document.head, {
    childList: true,
    subtree: true,
    characterData: true,
  });
  void read();
}

function drawTitle(count: number): void {
  const bare = document.title.replace(/^\(\d+\) /, '');
  const title = count > 0 ? `(${count}) ${bare}` : bare;
  if (document.title !== title) document.title = title;
}

let plain: string | null = null;
let isMarked = false;

function drawIcon(marked: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link || marked === isMarked) return;
  plain ??= link.href;
  isMarked = marked;
  if (!marked) {
    link.href = plain;
    return;
  }
  const image = new Image(ICON_SIZE, ICON_SIZE);
  image.addEventListener('load', () => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = ICON_SIZE;
    const context = canvas.getContext('2d');
    if (!context || !isMarked) return;
    context.drawImage(image, 0, 0, ICON_SIZE, ICON_SIZE);
    context.fillStyle = MARK;
    context.beginPath();
    context.arc(ICON_SIZE * 0.75, ICON_SIZE * 0.25, ICON_SIZE * 0.22, 0, 2 * Math.PI);
    context.fill();
    link.href = canvas.toDataURL();
  });
  image.src = plain;
}
