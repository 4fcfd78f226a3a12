/** Addresses of the workers that pages start, with the hash of their bytes: the build writes them into the script. */
import type { WorkerName } from '../contract/served.ts';

declare const WORKER_ADDRESSES: Readonly<Record<WorkerName, string>> | undefined;

/** Empty where a test bundles a module by itself. */
export const WORKER_PATHS: Partial<Readonly<Record<WorkerName, string>>> =
  typeof WORKER_ADDRESSES === 'undefined' ? {} : WORKER_ADDRESSES;
