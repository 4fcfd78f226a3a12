/** One preview worker for the page, which looks at one file at a time and is ended when that takes too long. */
import { workerAddress } from '../trusted-types.ts';
import type { Look, PreviewAnswer, PreviewRequest } from './messages.ts';

/** Milliseconds for reading what a file is, and for drawing it. */
const FACTS_MS = 60_000;
const LOOK_MS = 15_000;
/** A worker that nobody asks anything any more ends after so many milliseconds. */
const IDLE_MS = 10_000;

export type Facts = Extract<PreviewAnswer, { readonly step: 'facts' }>;

let worker: Worker | null = null;
let idle: ReturnType<typeof setTimeout> | undefined;
let queue: Promise<unknown> = Promise.resolve();

/** Null for what could not be read, or not in time. */
export function lookInWorker(
  file: File,
): Promise<{ readonly facts: Facts | null; readonly look: Look | null }> {
  const turn = queue.then(() => look(file));
  queue = turn;
  return turn;
}

function look(file: File): Promise<{ readonly facts: Facts | null; readonly look: Look | null }> {
  clearTimeout(idle);
  const asked = worker ?? new Worker(workerAddress('preview-worker'), { type: 'module' });
  worker = asked;
  return new Promise((resolve) => {
    let facts: Facts | null = null;
    const finish = (seen: Look | null, isWell: boolean) => {
      clearTimeout(timer);
      if (isWell) idle = setTimeout(end, IDLE_MS);
      else end();
      resolve({ facts, look: seen });
    };
    let timer = setTimeout(() => finish(null, false), FACTS_MS);
    asked.onerror = () => finish(null, false);
    asked.onmessage = ({ data }: MessageEvent<PreviewAnswer>) => {
      if (data.step === 'look') finish(data.look, true);
      else if (data.step === 'error') finish(null, true);
      else {
        facts = data;
        clearTimeout(timer);
        timer = setTimeout(() => finish(null, false), LOOK_MS);
      }
    };
    const request: PreviewRequest = { file };
    asked.postMessage(request);
  });
}

function end(): void {
  worker?.terminate();
  worker = null;
}
