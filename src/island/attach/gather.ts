/** The files among what was picked or dropped; folders are walked. */
import type { Given } from '../composer-files.ts';

/** Files that are looked at, at most, and folders within folders. */
const MAX_WALKED = 200;
const MAX_DEPTH = 8;

/** In the order in which they were given; hidden files of folders stay where they are. */
export async function gatherFiles(given: readonly Given[]): Promise<readonly File[]> {
  const files: File[] = [];
  for (const each of given)
    if (each instanceof File) files.push(each);
    else await walk(each, files, 0);
  return files;
}

async function walk(entry: FileSystemEntry, files: File[], depth: number): Promise<void> {
  if (files.length >= MAX_WALKED || (depth > 0 && entry.name.startsWith('.'))) return;
  if (entry instanceof FileSystemFileEntry) {
    files.push(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  if (!(entry instanceof FileSystemDirectoryEntry) || depth >= MAX_DEPTH) return;
  const reader = entry.createReader();
  const page = () =>
    new Promise<readonly FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  // A page holds a hundred at most; an empty one is the end.
  for (let entries = await page(); entries.length > 0; entries = await page())
    for (const each of entries) await walk(each, files, depth + 1);
}
