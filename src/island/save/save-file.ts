/** Files to the disk, without ever holding a whole one: into a file that the person has picked, or as a download of the browser's. */
import { PLAYED_TYPES } from '../../contract/streams.ts';
import { canPick, pickAndWrite } from './picker.ts';
import { readOn, type Saveable, type SaveWatch } from './read-on.ts';
import { canStream, type OfferedStream, offerStream, saveAsStream } from './streams.ts';
import { saveWhole } from './whole.ts';

/**
 * Saves it. Call it from what the person has pressed: browsers show the dialog for nothing else. What is cut off goes on where it was.
 * Nothing that does not verify is handed over: a file that turns out to be damaged is not left behind where the browser allows that.
 * @returns false when the person has closed the browser's dialog
 * @throws FileProblem, Error with a sentence, AbortError once `watch.signal` is
 */
export async function saveFile(file: Saveable, watch: SaveWatch = {}): Promise<boolean> {
  if (canPick()) return pickAndWrite(file, watch);
  if (canStream()) await saveAsStream(file, watch);
  else await saveWhole(file, watch);
  return true;
}

/** An address at which media elements find this file, with seeking; null where this browser has no worker for it, or no such type. */
export function playFrom(file: Saveable, type: string): OfferedStream | null {
  if (!canStream() || !PLAYED_TYPES.has(type)) return null;
  const read = (from: number, to: number, signal: AbortSignal) => readOn(file, from, to, { signal });
  return offerStream({ offer: { purpose: 'play', name: file.name, type, size: file.size }, read });
}
