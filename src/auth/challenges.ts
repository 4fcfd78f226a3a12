/** Challenges of passkey ceremonies: each good once, for one ceremony, for a few minutes. */
import { GoodOnceSecrets, type SecretsPorts } from './good-once.ts';

const LIFETIME_MS = 5 * 60_000;

export class Challenges {
  readonly #secrets: GoodOnceSecrets;

  constructor(ports: SecretsPorts) {
    this.#secrets = new GoodOnceSecrets(ports, 'challenge', LIFETIME_MS);
  }

  /** A new challenge, 32 bytes, for this ceremony. */
  issue(ceremony: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#secrets.issue(ceremony);
  }

  /** True once for a challenge of this ceremony; whatever the answer, it is used up. */
  async take(challenge: string, ceremony: string): Promise<boolean> {
    return (await this.#secrets.take(challenge)) === ceremony;
  }
}
