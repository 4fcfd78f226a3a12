/** Small pictures of what can be drawn; in a page and in a worker. */
import type { Dimensions } from '../../client/files/dimensions.ts';
import { previewBudget } from '../../client/files/preview-budget.ts';
import { MAX_FILES_PER_MESSAGE } from '../../contract/files.ts';
import type { Preview } from './messages.ts';

/** Pixels of the longer side, from the best look to the smallest. */
const SIDES = [320, 240, 160, 96, 48] as const;
export const MAX_SIDE = SIDES[0];
const QUALITIES = [0.8, 0.6, 0.4, 0.2] as const;

/** A picture of it in two sizes, for one file and for many; null where it cannot be made small enough. */
export async function drawPreviews(
  drawable: ImageBitmap | HTMLVideoElement | OffscreenCanvas,
  size: Dimensions,
): Promise<{ readonly preview: Preview | null; readonly smallPreview: Preview | null }> {
  const preview = await drawWithin(drawable, size, SIDES, previewBudget(1));
  const smallPreview = await drawWithin(drawable, size, SIDES.slice(2), previewBudget(MAX_FILES_PER_MESSAGE));
  return { preview, smallPreview };
}

async function drawWithin(
  drawable: ImageBitmap | HTMLVideoElement | OffscreenCanvas,
  { width, height }: Dimensions,
  sides: readonly number[],
  budget: number,
): Promise<Preview | null> {
  for (const side of sides) {
    const scale = Math.min(1, side / Math.max(width, height));
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(width * scale)),
      Math.max(1, Math.round(height * scale)),
    );
    const context = canvas.getContext('2d');
    if (context === null) return null;
    context.imageSmoothingQuality = 'high';
    context.drawImage(drawable, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const blob = await encode(canvas, context, quality);
      if (blob.size <= budget) return { type: blob.type, bytes: new Uint8Array(await blob.arrayBuffer()) };
    }
  }
  return null;
}

/** As WebP; as JPEG on white where the browser writes none. */
async function encode(
  canvas: OffscreenCanvas,
  context: OffscreenCanvasRenderingContext2D,
  quality: number,
): Promise<Blob> {
  const webp = await canvas.convertToBlob({ type: 'image/webp', quality });
  if (webp.type === 'image/webp') return webp;
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality });
}
