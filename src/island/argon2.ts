/** The PasswordHash port in the browser: each hash runs in a worker that ends with it, and takes the password along. */

import type { PasswordHash } from '../client/ports.ts';
import { t } from '../contract/words.ts';
import { workerAddress } from './trusted-types.ts';

export interface Argon2Request {
  readonly password: string;
  readonly parameters: Parameters<PasswordHash>[1];
}
export type Argon2Answer = { readonly hash: Uint8Array } | { readonly error: string };

/** Argon2id off the main thread: 32 bytes. Rejects when the worker cannot start or refuses the parameters. */
export const hashPassword: PasswordHash = (password, parameters) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(workerAddress('argon2'), { type: 'module' });
    const finish = (settle: () => void) => {
      worker.terminate();
      settle();
    };
    worker.onmessage = ({ data }: MessageEvent<Argon2Answer>) =>
      finish(() => ('hash' in data ? resolve(data.hash) : reject(new Error(data.error))));
    worker.onerror = () =>
      finish(() => reject(new Error(t('The key worker could not start. Reload the page.'))));
    const request: Argon2Request = { password, parameters };
    worker.postMessage(request);
  });
