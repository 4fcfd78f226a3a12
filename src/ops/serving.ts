/** The request that is being served, wherever the code is that works for it: its id for the log, its span for traces. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from './tracing.ts';

export interface Serving {
  /** Of this request, in answers (x-request-id), log lines and traces. */
  readonly id: string;
  /** Null while nothing is traced. */
  readonly span: Span | null;
}

const storage = new AsyncLocalStorage<Serving>();

/** Runs `work` and what it waits for as this request. */
export const serving = <T>(request: Serving, work: () => T): T => storage.run(request, work);

/** The request that this is done for; undefined for jobs, sockets and start-up. */
export const served = (): Serving | undefined => storage.getStore();
