/** Where each upload of this process stands; what lies on the disk says nothing of it. */
import type { FileId } from '../../contract/files.ts';
import { t } from '../../contract/words.ts';
import { StorageFull, TransportFailed, TransportRefused } from '../ports.ts';
import { askedDelay } from './patience.ts';
import { Lost, OtherFile } from './sealed-chunks.ts';
import type { Upload } from './types.ts';

export interface UploadState {
  readonly state: Upload['state'];
  readonly reason: string | null;
  readonly done: number;
}

/** What follows from an error: `again` in so many milliseconds, 0 for as soon as patience allows, null for not by itself. */
export interface Setback {
  readonly state: 'waiting' | 'failed' | 'lost';
  readonly reason: string;
  readonly again: number | null;
}

/** Milliseconds before a storage without room is tried again. */
const ROOM_RETRY_MS = 15_000;

/** @param tries how often in a row this file was refused, this time included */
export function setbackOf(error: unknown, tries: number): Setback {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof Lost || error instanceof OtherFile) return { state: 'lost', reason, again: null };
  if (error instanceof TransportFailed)
    return {
      state: 'waiting',
      reason: t('The server cannot be reached: it goes on by itself when it answers.'),
      again: 0,
    };
  if (error instanceof StorageFull) return { state: 'waiting', reason, again: ROOM_RETRY_MS };
  if (!(error instanceof TransportRefused)) return { state: 'failed', reason, again: null };
  const { status } = error;
  const asked = askedDelay(error);
  if (asked !== null) return { state: 'waiting', reason, again: asked };
  if (status >= 500) return { state: 'waiting', reason, again: 0 };
  // Signing in, or another release, brings it on.
  if (status === 401 || status === 426) return { state: 'waiting', reason, again: null };
  // An upload that the server has forgotten is begun anew.
  if ((status === 404 || status === 409) && tries < MOST_TRIES) return { state: 'waiting', reason, again: 0 };
  return { state: 'failed', reason, again: null };
}
const MOST_TRIES = 3;

export class UploadStates {
  private readonly states = new Map<FileId, UploadState>();

  get(id: FileId): UploadState | null {
    return this.states.get(id) ?? null;
  }
  set(id: FileId, state: Partial<UploadState>): void {
    const before = this.states.get(id) ?? { state: 'waiting', reason: null, done: 0 };
    this.states.set(id, { ...before, ...state });
  }
  forget(id: FileId): void {
    this.states.delete(id);
  }
}
