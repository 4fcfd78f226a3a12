/** Argon2id in a worker of its own: seconds of work that must not stop the page (protocol/README 10). */
import { argon2id } from '../protocol/password.ts';
import type { Argon2Answer, Argon2Request } from './argon2.ts';

self.onmessage = async ({ data }: MessageEvent<Argon2Request>) => {
  const answer = (message: Argon2Answer) => self.postMessage(message);
  try {
    answer({ hash: await argon2id(data.password, data.parameters) });
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : 'The password could not be hashed.' });
  }
};
