/**
 * Which messages the index has not seen as they are now: each change of the history notes its key in the same commit, so
 * no crash, other tab or restored copy can get past the index, and catching up costs what has changed.
 */
import type { Change } from '../ports.ts';

const MESSAGE = 'm/';
const CHANGED = 'd/';
const NOTED = Uint8Array.of(1);

/** The note that goes with a change of the storage; null for one that is no message's. */
export function noteChange({ store, key }: Pick<Change, 'store' | 'key'>): Change | null {
  if (store !== 'history' || !key.startsWith(MESSAGE)) return null;
  return { store: 'search', key: CHANGED + key.slice(MESSAGE.length), value: NOTED };
}

/** Keys of the history (`m/CONVERSATION/ORDER`) and of its notes. */
export const historyPrefix = MESSAGE;
export const notesPrefix = CHANGED;
export const messageKey = (key: string): string => MESSAGE + key;
