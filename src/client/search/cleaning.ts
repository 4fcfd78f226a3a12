/** Takes texts out of the index that are gone or were changed, as soon as they are, where no worker does it. */
import type { Engine, EngineEvent } from '../engine-types.ts';
import type { Storage } from '../ports.ts';
import { foldChanges } from './maintenance.ts';

/** Gives what resolves when nothing is left to take out that is gone by then. */
export function keepIndexClean(engine: Engine, storage: Storage): () => Promise<void> {
  let work = Promise.resolve();
  let isWaiting = false;
  engine.subscribe((event) => {
    if (!isForgetting(event) || isWaiting) return;
    isWaiting = true;
    work = work
      .then(() => {
        isWaiting = false;
        return foldChanges(storage);
      })
      // The notes are still there: the next one takes it out.
      .catch(() => {});
  });
  return () => work;
}

/** Whether a text that may be in the index is not to be there any more. */
export function isForgetting(event: EngineEvent): boolean {
  if (event.type === 'removed') return true;
  if (event.type !== 'updated') return false;
  return event.message.kind === 'deleted' || event.message.editedAt !== null;
}
