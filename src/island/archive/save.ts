/** Gives a text to the person as a file. */
import type { Pieces } from '../../client/archive/types.ts';

/** Parts that are put together into one, which the browser may keep on its disk: characters. */
const PART = 8 * 1024 * 1024;
/** The browser has begun to read the file by then, in milliseconds. */
const READ_MS = 60_000;

export async function saveFile(pieces: Pieces, name: string, type: string): Promise<void> {
  const parts: Blob[] = [];
  let waiting: string[] = [];
  let length = 0;
  const store = () => {
    parts.push(new Blob(waiting));
    waiting = [];
    length = 0;
  };
  for await (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length > PART) store();
  }
  store();
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_MS);
}
