/** In a browser that neither lets a page write to the disk nor has a service worker: the file is put together in memory first. */
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { readOn, type Saveable, type SaveWatch } from './read-on.ts';

/** Bytes of a file that is put together in memory, at most: a phone's browser ends pages that take more. */
export const MAX_WHOLE_BYTES = 256 * 1024 * 1024;
/** The browser reads the address some time after the click, in milliseconds. */
const READ_MS = 60_000;

/** @throws Error with a sentence for a file that is too large for this way */
export async function saveWhole(file: Saveable, watch: SaveWatch): Promise<void> {
  const blob = await readWhole(file, 'application/octet-stream', watch);
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_MS);
}

/** The file as one Blob. @throws Error with a sentence above MAX_WHOLE_BYTES */
export async function readWhole(file: Saveable, type: string, watch: SaveWatch): Promise<Blob> {
  if (file.size > MAX_WHOLE_BYTES)
    throw new Error(
      t(
        'This browser can save files of up to {size} here. Open Sotto in a current browser to save larger ones.',
        {
          size: byteSize(MAX_WHOLE_BYTES),
        },
      ),
    );
  const parts: Blob[] = [];
  // A Blob each: the browser may keep them outside of the page's memory.
  for await (const bytes of readOn(file, 0, file.size, watch)) parts.push(new Blob([new Uint8Array(bytes)]));
  return new Blob(parts, { type });
}
