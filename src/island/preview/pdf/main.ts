/** The first page of a PDF as its preview: drawn in a worker that ends after it, whatever the file has done to it. */
import { previewBudget } from '../../../client/files/preview-budget.ts';
import { isSmallPicture } from '../../../client/files/small-picture.ts';
import { sniff } from '../../../client/files/sniff.ts';
import { MAX_FILES_PER_MESSAGE } from '../../../contract/files.ts';
import { workerAddress } from '../../trusted-types.ts';
import type { Preview } from '../messages.ts';
import type { PdfAnswer, PdfRequest } from './messages.ts';

/** A file is read as a whole: of larger ones only the pages are counted. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Milliseconds for fetching the worker and drawing. */
const DRAW_MS = 15_000;
/** Milliseconds that a file waits for those before it: sending waits for them all. */
const TURN_MS = 20_000;
/** One at a time: each takes the memory of its file, and the rest of the page needs the processor. */
let queue: Promise<unknown> = Promise.resolve();

/** Null for what cannot be drawn, not in time, or not as a small picture. */
export function drawPdf(file: Blob): Promise<PdfAnswer> {
  if (file.size > MAX_BYTES) return Promise.resolve(null);
  const began = performance.now();
  const turn = queue.then(() => (performance.now() - began > TURN_MS ? null : ask(file))).catch(() => null);
  queue = turn;
  return turn;
}

async function ask(file: Blob): Promise<PdfAnswer> {
  const worker = new Worker(workerAddress('pdf-worker'), { type: 'module' });
  const ended = new AbortController();
  try {
    const answer = await new Promise<PdfAnswer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('not in time')), DRAW_MS);
      ended.signal.addEventListener('abort', () => clearTimeout(timer));
      worker.onerror = () => reject(new Error('the worker failed'));
      worker.onmessage = ({ data }: MessageEvent<PdfAnswer>) => resolve(data);
      const request: PdfRequest = { file };
      worker.postMessage(request);
    });
    if (answer === null) return null;
    return {
      preview: within(answer.preview, previewBudget(1)),
      smallPreview: within(answer.smallPreview, previewBudget(MAX_FILES_PER_MESSAGE)),
    };
  } finally {
    ended.abort();
    worker.terminate();
  }
}

/** The worker has read a file of anybody's: what it answers is a picture, and small, or nothing. */
const within = (preview: Preview | null, budget: number): Preview | null =>
  preview !== null &&
  preview.bytes.length <= budget &&
  preview.type === sniff(preview.bytes) &&
  ['image/webp', 'image/jpeg'].includes(preview.type) &&
  isSmallPicture(preview.bytes)
    ? preview
    : null;
