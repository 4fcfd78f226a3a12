/** The page's end of the files worker: started with the first upload, ended some time after the last one. */
import { errorIn } from '../../client/files/carried-errors.ts';
import type { FileCarrier, FileSource, UploadJob, UploadWatch } from '../../client/files/ports.ts';
import { TransportFailed } from '../../client/ports.ts';
import type { FileId } from '../../contract/files.ts';
import type { AccountId } from '../../contract/ids.ts';
import { say, t } from '../../contract/words.ts';
import { workerAddress } from '../trusted-types.ts';
import { blobOf } from './blob-source.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { noteRisk } from './risk.ts';
import { isComplete, openFolder, removeSpool } from './spool.ts';

type Uploads = Required<Pick<FileCarrier, 'upload' | 'keep' | 'keeps' | 'forget'>>;

/** With nothing to carry for so long, the worker ends. */
const IDLE_MS = 60_000;

interface Job {
  /** Null for a job that only lets a file go. */
  readonly watch: UploadWatch | null;
  readonly outcome: PromiseWithResolvers<Uint8Array>;
}

const jobs = new Map<number, Job>();
/** Of each file that is carried: read for as long as it is sealed, by whichever job. */
const sources = new Map<FileId, FileSource>();
let worker: Worker | null = null;
let ending: ReturnType<typeof setTimeout> | undefined;
let count = 0;

/** What carries the uploads of an account in this page. */
export function openUploads(account: AccountId): Uploads {
  return {
    upload: (file, source, watch) => carry(account, file, source, watch),
    async keep(file, source) {
      hold(file.fileId, source);
      await run(null, (job) => ({ type: 'keep', job, account, file, source: blobOf(source) ?? 'page' }));
    },
    async keeps(id) {
      const folder = await openFolder(account);
      return folder !== null && isComplete(folder, id);
    },
    async forget(id) {
      noteRisk(id, false);
      sources.delete(id);
      if (worker) await run(null, (job) => ({ type: 'release', job, id }));
      const folder = await openFolder(account);
      if (folder) await removeSpool(folder, id);
    },
  };
}

function hold(id: FileId, source: FileSource): void {
  if (sources.has(id)) return;
  sources.set(id, source);
  noteRisk(id, true);
}

async function carry(
  account: AccountId,
  file: UploadJob,
  source: FileSource | null,
  watch: UploadWatch,
): Promise<{ readonly root: Uint8Array }> {
  const { signal } = watch;
  signal?.throwIfAborted();
  const id = file.fileId;
  if (source) hold(id, source);
  let abort = () => {};
  try {
    const root = await run(watch, (job) => {
      abort = () => send({ type: 'abort', job });
      signal?.addEventListener('abort', abort);
      return { type: 'upload', job, account, file, source: source && (blobOf(source) ?? 'page') };
    });
    noteRisk(id, false);
    sources.delete(id);
    return { root };
  } catch (error) {
    // Only after a silence the worker goes on sealing.
    if (!(error instanceof TransportFailed)) sources.delete(id);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Gives the worker something to do, and waits for it. */
async function run(watch: UploadWatch | null, message: (job: number) => ToWorker): Promise<Uint8Array> {
  const job = ++count;
  const outcome = Promise.withResolvers<Uint8Array>();
  jobs.set(job, { watch, outcome });
  send(message(job));
  try {
    return await outcome.promise;
  } finally {
    jobs.delete(job);
    clearTimeout(ending);
    // One that waits for the network is still being sealed.
    if (jobs.size === 0 && sources.size === 0) ending = setTimeout(end, IDLE_MS);
  }
}

function send(message: ToWorker): void {
  clearTimeout(ending);
  if (!worker) {
    worker = new Worker(workerAddress('files-worker'), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => void hear(data);
    worker.onerror = () => {
      end();
      const problem = new Error(t('Files cannot be sent from this page now. Load it again.'));
      for (const { outcome } of jobs.values()) outcome.reject(problem);
    };
  }
  worker.postMessage(message);
}

function end(): void {
  worker?.terminate();
  worker = null;
}

async function hear(message: FromWorker): Promise<void> {
  if (message.type === 'outdated') return location.reload();
  if (message.type === 'kept') return noteRisk(message.id, false);
  const job = jobs.get(message.job);
  if (message.type === 'read' || message.type === 'sealed') return answer(message, job);
  if (message.type === 'progress') job?.watch?.progress?.(message.done);
  else if (message.type === 'done') job?.outcome.resolve(message.root);
  else if (message.type === 'released') job?.outcome.resolve(new Uint8Array());
  else {
    const error = errorIn(message.error);
    // The worker speaks English; what it says is a sentence of the catalogue.
    job?.outcome.reject(message.error.is === 'error' ? new Error(say(error.message)) : error);
  }
}

/** What the worker asks of the page: bytes of a source, or that a hash be kept. */
async function answer(message: Extract<FromWorker, { ask: number }>, job: Job | undefined): Promise<void> {
  const { ask } = message;
  try {
    if (message.type === 'sealed') {
      await job?.watch?.sealed(message.hashes);
      return send({ type: 'answer', ask });
    }
    const source = sources.get(message.id);
    if (!source) throw new Error(t('Files cannot be sent from this page now. Load it again.'));
    send({ type: 'answer', ask, bytes: await source.read(message.from, message.to) });
  } catch (error) {
    send({ type: 'answer', ask, error: error instanceof Error ? error.message : String(error) });
  }
}
