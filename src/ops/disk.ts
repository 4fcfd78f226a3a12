/** How large things are on the disk. */
import { stat, statfs } from 'node:fs/promises';

/** Bytes of the disk that a folder is on, and those that this user may still fill; null where nobody knows. */
export async function diskOf(
  folder: string,
): Promise<{ readonly free: number; readonly total: number } | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}

/** Bytes of a file; 0 for one that is not there. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
