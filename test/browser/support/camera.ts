/** A camera that sees what is on another screen: Chromium plays a file of raw video as its camera. */
import type { Page } from 'playwright-core';

const SIZE = 480;

/** What Chromium is started with to play this file; it is read when the camera is turned on. */
export const cameraArgs = (file: string): readonly string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

/** Puts the picture of a code that a page shows into the file: one grey frame of YUV4MPEG2, played for ever. */
export async function showToCamera(page: Page, selector: string, file: string): Promise<void> {
  const luma = await page.evaluate(
    async ({ selector, size }) => {
      const svg = document.querySelector(selector);
      if (!svg) throw new Error(`nothing at ${selector}`);
      const dark = svg.querySelector('path')?.getAttribute('d') ?? '';
      const modules = Number(svg.getAttribute('viewBox')?.split(' ')[2]);
      const context = new OffscreenCanvas(size, size).getContext('2d');
      if (!context) throw new Error('no canvas');
      context.fillStyle = 'white';
      context.fillRect(0, 0, size, size);
      context.scale(size / modules, size / modules);
      context.fillStyle = 'black';
      context.fill(new Path2D(dark));
      const { data } = context.getImageData(0, 0, size, size);
      return Array.from({ length: size * size }, (_, pixel) => data[pixel * 4] ?? 0);
    },
    { selector, size: SIZE },
  );
  const frame = new Uint8Array(SIZE * SIZE * 1.5).fill(128);
  frame.set(luma);
  const header = `YUV4MPEG2 W${SIZE} H${SIZE} F10:1 Ip A1:1 C420jpeg\nFRAME\n`;
  await Bun.write(file, Buffer.concat([Buffer.from(header), frame]));
}
