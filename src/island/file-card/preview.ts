/** The small picture, or the first words, that a sender has sealed with a file. They are the sender's, so they are looked at first. */
import { isSmallPicture } from '../../client/files/small-picture.ts';
import { sniff } from '../../client/files/sniff.ts';
import { textHead } from '../../client/files/text-head.ts';
import type { FileView } from '../../client/files/view.ts';

/** What browsers draw without running anything; made by Sotto in no other form. */
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp']);

/** A picture of it for `width` and `height` pixels at most, with the room that it will take; null for a file without one. */
export function previewPicture({ preview }: FileView): HTMLImageElement | null {
  const type = preview === null ? '' : sniff(preview);
  if (preview === null || !PICTURES.has(type) || !isSmallPicture(preview)) return null;
  const image = document.createElement('img');
  const address = URL.createObjectURL(new Blob([new Uint8Array(preview)], { type }));
  image.alt = '';
  image.decoding = 'async';
  const end = () => URL.revokeObjectURL(address);
  image.addEventListener('load', end, { once: true });
  image.addEventListener('error', end, { once: true });
  image.src = address;
  return image;
}

/** The first words of a text, or null. */
export function previewText({ preview, previewType }: FileView): string | null {
  if (preview === null || previewType !== 'text/plain') return null;
  const text = textHead(preview).trim();
  return text === '' ? null : text;
}

/** Room of a picture in the timeline, pixels. */
const ROOM = { width: 360, height: 260, least: 64 } as const;

/** Pixels that a picture takes here. What a sender says of its size is bounded; without a size it gets a square. */
export function fit({ width, height }: Pick<FileView, 'width' | 'height'>): {
  readonly width: number;
  readonly height: number;
} {
  if (!width || !height) return { width: ROOM.height, height: ROOM.height };
  const scale = Math.min(1, ROOM.width / width, ROOM.height / height);
  return {
    width: Math.round(Math.max(ROOM.least, width * scale)),
    height: Math.round(Math.max(ROOM.least, height * scale)),
  };
}
