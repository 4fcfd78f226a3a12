/** What describes files, and files of real pictures and sounds that a browser makes. */
export { describeFile } from '../../../src/island/preview/main.ts';

import { workerAddress } from '../../../src/island/trusted-types.ts';

/** Which of these globals a worker still has that has been cut off; it is served in the place of another one. */
export function leftOf(names: readonly string[]): Promise<readonly string[]> {
  const worker = new Worker(workerAddress('argon2'), { type: 'module' });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<readonly string[]>) => resolve(data);
    worker.postMessage(names);
  });
}

/** A picture of a few colours, of this type. */
export async function picture(type: string, width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.fillStyle = '#c33';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#3c3';
  context.fillRect(0, 0, width / 2, height / 2);
  return canvas.convertToBlob({ type });
}

/** Every pixel another: nothing makes it small. */
export async function noise(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const pixels = context.createImageData(width, height);
  for (let at = 0; at < pixels.data.length; at += 65_536)
    crypto.getRandomValues(pixels.data.subarray(at, at + 65_536));
  context.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** A film of `frames` frames, as browsers record it: it does not say how long it is. */
export async function film(width: number, height: number, frames: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm' });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  recorder.start();
  for (let frame = 0; frame < frames; frame++) {
    context.fillStyle = frame % 2 === 0 ? '#33c' : '#34c';
    context.fillRect(0, 0, width, height);
    await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  await stopped;
  return new Blob(parts, { type: 'video/webm' });
}

/** Colours of a picture where it is drawn at `side` x `side`: the corners, from the left above to the right below. */
export async function corners(bytes: Blob, side = 8): Promise<readonly (readonly number[])[]> {
  const bitmap = await createImageBitmap(bytes);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0, side, side);
  const pixel = (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)];
  return [pixel(1, 1), pixel(side - 2, 1), pixel(1, side - 2), pixel(side - 2, side - 2)];
}
