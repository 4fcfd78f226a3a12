/** The browser asks before it closes a page with an upload that would be lost, and only then. */
import type { FileId } from '../../contract/files.ts';

/** Files whose bytes are at hand here alone: not all of them are sealed yet. */
const atRisk = new Set<FileId>();

/** @param isRisky whether closing the page now would lose it */
export function noteRisk(id: FileId, isRisky: boolean): void {
  const before = atRisk.size;
  if (isRisky) atRisk.add(id);
  else atRisk.delete(id);
  // Listened to no longer than needed: a page that listens is not kept for the way back.
  if (before === 0 && atRisk.size > 0) addEventListener('beforeunload', askFirst);
  if (before > 0 && atRisk.size === 0) removeEventListener('beforeunload', askFirst);
}

function askFirst(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
