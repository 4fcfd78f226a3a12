/** The carrier of this thread: files are sealed, sent, fetched and opened where the engine runs. */
import type { Crypto } from '../../protocol/ports.ts';
import type { Timer } from '../ports.ts';
import { downloadFile } from './download.ts';
import { waitBy } from './patience.ts';
import type { FileCarrier, FileTransport } from './ports.ts';
import { sealedFrom } from './sealed-chunks.ts';
import { uploadFile } from './upload.ts';

export function localCarrier({
  transport,
  crypto,
  timer,
}: {
  readonly transport: FileTransport;
  readonly crypto: Crypto;
  readonly timer: Timer;
}): FileCarrier {
  const { provider, clock } = crypto;
  const hashes = new Map<string, readonly Uint8Array[]>();
  return {
    upload: async (job, source, watch) => {
      if (source === null) throw new TypeError('Nothing is kept here: a source is needed.');
      const tools = { transport, clock };
      return uploadFile(tools, job, sealedFrom({ provider }, job, source), watch);
    },
    download: (file, from, to, watch) =>
      downloadFile({ transport, provider, clock, wait: waitBy(timer), hashes }, file, from, to, watch),
  };
}
