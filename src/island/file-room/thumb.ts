/** The small picture of a row, read from its message when the row comes into view: what lists files holds none. */
import type { KeptFile } from '../../client/files/types.ts';
import { draw } from '../draw.ts';
import { iconOf, isOver } from '../file-card/kind.ts';
import { previewPicture } from '../file-card/preview.ts';
import { engine } from '../session.ts';

/** Pictures that are kept for when rows are drawn anew, at most. */
const KEPT = 300;
const drawn = new Map<string, HTMLImageElement>();
const waiting = new WeakMap<Element, KeptFile>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const kept = waiting.get(target);
      if (!isIntersecting || !kept) continue;
      observer.unobserve(target);
      // Without it the icon stays.
      void readPicture(kept).then(
        (picture) => picture && target.replaceChildren(picture),
        () => {},
      );
    }
  },
  { rootMargin: '200px' },
);

export function drawThumb(kept: KeptFile): HTMLElement {
  const { file } = kept;
  const thumb = draw('span', { class: 'thumb', 'aria-hidden': 'true' });
  const known = drawn.get(keyOf(kept));
  thumb.append(known ?? draw('span', { class: `icon icon-${iconOf(file)}` }));
  if (!known && !isOver(file) && file.previewType.startsWith('image/')) {
    waiting.set(thumb, kept);
    observer.observe(thumb);
  }
  return thumb;
}

const keyOf = ({ message, file }: KeptFile): string => `${message}/${file.id}`;

async function readPicture(kept: KeptFile): Promise<HTMLImageElement | null> {
  const message = await (await engine).message(kept.message);
  const file = message?.files.find(({ id }) => id === kept.file.id);
  const picture = file ? previewPicture(file) : null;
  if (!picture) return null;
  if (drawn.size >= KEPT) drawn.clear();
  drawn.set(keyOf(kept), picture);
  return picture;
}
