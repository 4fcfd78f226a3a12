/**
 * Sealed chunks in the browser's private files (OPFS): an upload goes on from there after its page was closed, without the file
 * itself. What lies there is ciphertext; its key stands in the sealed storage. One folder for an account, and in it for an upload
 * `ID.0`, `ID.1`, ..., its segments, and an empty `ID.all` once every chunk is there.
 */
import { type FileId, isFileId } from '../../contract/files.ts';
import type { AccountId } from '../../contract/ids.ts';

/** A file that a worker writes at once; TypeScript knows it in workers alone. */
export interface SyncFile {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  flush(): void;
  close(): void;
}
declare global {
  interface FileSystemFileHandle {
    createSyncAccessHandle(): Promise<SyncFile>;
  }
  interface FileSystemDirectoryHandle {
    keys(): AsyncIterableIterator<string>;
  }
}

const FOLDER = 'uploads';
const COMPLETE = '.all';
/** Room that is left to keys and messages, in bytes. */
const RESERVE = 64 * 1024 * 1024;

/** Where an account's uploads are kept; null where the browser has no such place, as in some private windows. */
export async function openFolder(account: AccountId): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle(FOLDER, { create: true });
    return await all.getDirectoryHandle(account, { create: true });
  } catch {
    return null;
  }
}

/** Whether so many bytes fit beside everything else that Sotto keeps here. */
export async function hasRoom(bytes: number): Promise<boolean> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return quota - usage > bytes + RESERVE;
}

export async function isComplete(folder: FileSystemDirectoryHandle, id: FileId): Promise<boolean> {
  return folder.getFileHandle(id + COMPLETE).then(
    () => true,
    () => false,
  );
}

export async function markComplete(folder: FileSystemDirectoryHandle, id: FileId): Promise<void> {
  await folder.getFileHandle(id + COMPLETE, { create: true });
}

/** Forgets what is kept of an upload, which nobody carries any more. */
export async function removeSpool(folder: FileSystemDirectoryHandle, id: FileId): Promise<void> {
  // The mark first: without it the rest counts for nothing.
  await folder.removeEntry(id + COMPLETE).catch(unlessGone);
  for (const name of await namesIn(folder))
    if (idOf(name) === id) await folder.removeEntry(name).catch(unlessGone);
}

export const segmentName = (id: FileId, segment: number): string => `${id}.${segment}`;
const idOf = (name: string): string => name.replace(/\..*$/, '');

async function namesIn(folder: FileSystemDirectoryHandle): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

/** Ids of all uploads of which something is kept. */
export async function listSpools(folder: FileSystemDirectoryHandle): Promise<readonly FileId[]> {
  return [...new Set((await namesIn(folder)).map(idOf).filter(isFileId))];
}

/** Forgets everything of an account that has left this browser. */
export async function removeSpools(account: AccountId): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle(FOLDER);
    await all.removeEntry(account, { recursive: true });
  } catch (error) {
    unlessGone(error);
  }
}

/** Nothing was there: so much the better. One that a tab still writes is found with the next start. */
function unlessGone(error: unknown): void {
  if (!(error instanceof DOMException)) throw error;
}
