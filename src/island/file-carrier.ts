/** Who carries the files of this page: nothing of it is fetched before there is a file to send or to read. */
import type { FileCarrier, Uploading } from '../client/files/ports.ts';
import type { AccountId } from '../contract/ids.ts';
import { loadAttach, loadSave } from './part.ts';

/** What the engine of this page is given. */
export function openFileCarrier(account: AccountId): FileCarrier {
  const uploads = async () => (await loadAttach()).openUploads(account);
  return {
    upload: async (...upload) => (await uploads()).upload(...upload),
    keep: async (job, source) => (await uploads()).keep(job, source),
    keeps: async (id) => (await uploads()).keeps(id),
    forget: async (id) => (await uploads()).forget(id),
    async *download(file, from, to, watch) {
      yield* (await loadSave()).downloadInWorker(file, from, to, watch);
    },
  };
}

/** One tab carries each message: the one that has its files, or after that any other. */
export const openUploading = (account: AccountId): Uploading => ({
  exclusive: async (name, signal, task) =>
    await navigator.locks.request(`sotto-upload-${account}-${name}`, { signal }, task),
});
