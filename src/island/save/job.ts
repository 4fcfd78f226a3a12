/** What is being saved in this page, for everything that shows it: cards of messages and lists of files. */
import type { FileId } from '../../contract/files.ts';

export interface SaveJob {
  readonly state: 'running' | 'waiting' | 'done' | 'failed';
  readonly done: number;
  /** Why it waits or has failed: one sentence; empty otherwise. */
  readonly reason: string;
}

const jobs = new Map<FileId, SaveJob>();
const cuts = new Map<FileId, AbortController>();
const listeners = new Set<(id: FileId) => void>();

/** Null for one that nobody has asked for. */
export const jobOf = (id: FileId): SaveJob | null => jobs.get(id) ?? null;

/** Calls the listener with each file whose job is another one now, until the returned function is called. */
export function onSave(listener: (id: FileId) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const cancelSave = (id: FileId): void => cuts.get(id)?.abort();

/** Begins a job; null where one is running. */
export function beginJob(id: FileId): AbortSignal | null {
  if (cuts.has(id)) return null;
  const cut = new AbortController();
  cuts.set(id, cut);
  return cut.signal;
}

/** Says what became of it; null for nothing that anybody has to know. */
export function tellJob(id: FileId, job: SaveJob | null): void {
  if (job === null) jobs.delete(id);
  else jobs.set(id, job);
  for (const listener of listeners) listener(id);
}

export const endJob = (id: FileId): void => void cuts.delete(id);
