/**
 * Seals and sends files in a worker, so that neither a page nor its memory notices how large they are. It holds the keys of the
 * files that it carries for as long as it carries them, and nothing else.
 */

import { errorOut } from '../client/files/carried-errors.ts';
import type { FileSource, UploadJob } from '../client/files/ports.ts';
import { Lost, OtherFile, sealedFrom } from '../client/files/sealed-chunks.ts';
import { uploadFile } from '../client/files/upload.ts';
import { TransportFailed } from '../client/ports.ts';
import type { FileId } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import { sealing } from '../native/primitives.ts';
import { readBlob } from './attach/blob-source.ts';
import { free } from './attach/free.ts';
import type { FromWorker, ToWorker } from './attach/messages.ts';
import { type Ahead, sealAhead } from './attach/sealed-ahead.ts';
import { isThere } from './attach/segment.ts';
import { openFolder, removeSpool } from './attach/spool.ts';
import { workerFiles } from './worker-files.ts';

type Upload = Extract<ToWorker, { file: UploadJob }>;
type Answer = Extract<ToWorker, { type: 'answer' }>;

const tell = (message: FromWorker) => self.postMessage(message);
const calls = workerFiles(() => tell({ type: 'outdated' }));
const transport: typeof calls = {
  ...calls,
  putChunks: async (id, first, bodies, signal) => {
    try {
      await calls.putChunks(id, first, bodies, signal);
    } catch (error) {
      // Trying again would be trying for ever.
      if (error instanceof TransportFailed && !(await Promise.all(bodies.map(isThere))).every(Boolean))
        throw new Lost();
      throw error;
    }
  },
};

const running = new Map<number, AbortController>();
/** What is being sealed, also while the server cannot be reached: the page can be closed all the sooner. */
const spools = new Map<FileId, Promise<Ahead>>();
const asked = new Map<number, (answer: Answer) => void>();
let asks = 0;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'abort') running.get(data.job)?.abort();
  else if (data.type === 'release') {
    const { job } = data;
    void release(data.id).finally(() => tell({ type: 'released', job }));
  } else if (data.type === 'answer') {
    asked.get(data.ask)?.(data);
    asked.delete(data.ask);
  } else if (data.type === 'keep') {
    const { job } = data;
    void open(data)
      .catch(() => {})
      .finally(() => tell({ type: 'released', job }));
  } else void carry(data);
};

async function carry(upload: Upload): Promise<void> {
  const { job, account, file } = upload;
  const ended = new AbortController();
  const { signal } = ended;
  running.set(job, ended);
  try {
    const chunks = await open(upload);
    const { root } = await uploadFile({ transport, clock: () => Date.now() }, file, chunks, {
      signal,
      progress: (done) => tell({ type: 'progress', job, done }),
      sealed: async (hashes) => {
        await ask((number) => ({ type: 'sealed', job, ask: number, hashes }));
      },
    });
    await release(file.fileId);
    tell({ type: 'done', job, root });
  } catch (error) {
    // After a silence the next job goes on with what is sealed until then.
    if (!(error instanceof TransportFailed)) await release(file.fileId);
    // Sealed ahead, under this file's key: it would be sent, or refused, for ever in place of the right one. Or not all is there.
    if (error instanceof OtherFile || error instanceof Lost) await forget(account, file.fileId);
    tell({ type: 'failed', job, error: errorOut(error) });
  } finally {
    running.delete(job);
  }
}

/** The chunks of a file, of which those that were sealed for an earlier job are not sealed again. */
function open(upload: Upload): Promise<Ahead> {
  const { account, file } = upload;
  const id = file.fileId;
  const known = spools.get(id);
  if (known) return known;
  const source = sourceOf(upload);
  const opened = openFolder(account).then((folder) =>
    sealAhead(folder, file, source && sealedFrom({ provider: sealing }, file, source, free), () =>
      tell({ type: 'kept', id }),
    ),
  );
  spools.set(id, opened);
  opened.catch(() => spools.delete(id));
  return opened;
}

async function release(id: FileId): Promise<void> {
  const opened = spools.get(id);
  spools.delete(id);
  const chunks = await opened?.catch(() => null);
  await chunks?.close();
}

async function forget(account: AccountId, id: FileId): Promise<void> {
  const folder = await openFolder(account);
  if (folder) await removeSpool(folder, id);
}

function sourceOf({ job, file, source }: Upload): FileSource | null {
  if (source === null) return null;
  const { size } = file;
  if (source instanceof Blob) return { size, read: (from, to) => readBlob(source, from, to) };
  return {
    size,
    read: async (from, to) => {
      const { bytes } = await ask((number) => ({
        type: 'read',
        job,
        id: file.fileId,
        ask: number,
        from,
        to,
      }));
      return bytes ?? new Uint8Array();
    },
  };
}

/** @throws Error with the page's sentence */
async function ask(question: (ask: number) => FromWorker): Promise<Answer> {
  const number = ++asks;
  const answer = await new Promise<Answer>((resolve) => {
    asked.set(number, resolve);
    tell(question(number));
  });
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}
