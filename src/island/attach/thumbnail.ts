/** A small picture made on this device, shown from memory. */
import { sniff } from '../../client/files/sniff.ts';
import type { NewFile } from '../../client/files/types.ts';
import { draw } from '../draw.ts';

/** What a browser draws of bytes that were made here; nothing else is given to it as a picture. */
const PICTURES: ReadonlySet<string> = new Set(['image/webp', 'image/jpeg', 'image/png']);

/** Puts the preview into `place` when it is a picture. Call what it gives when the place goes. */
export function drawThumbnail(
  place: HTMLElement,
  preview: NonNullable<NewFile['preview']> | null,
): () => void {
  const type = preview ? sniff(preview.bytes) : '';
  if (!preview || !PICTURES.has(type)) return () => {};
  const address = URL.createObjectURL(new Blob([new Uint8Array(preview.bytes)], { type }));
  place.replaceChildren(draw('img', { src: address, alt: '' }));
  return () => URL.revokeObjectURL(address);
}
