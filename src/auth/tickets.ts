/** Tickets of sign-ins that wait for their second factor: good for one account, for minutes and for a few tries. */
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { GoodOnceSecrets, type SecretsPorts } from './good-once.ts';
import type { Way } from './sessions.ts';

const LIFETIME_MS = 5 * 60_000;
/** Wrong codes on one ticket; then the first step comes again. */
const MAX_TRIES = 5;

export interface Ticket {
  readonly account: AccountId;
  readonly way: Way;
}

export class Tickets {
  readonly #secrets: GoodOnceSecrets;

  constructor(ports: SecretsPorts) {
    this.#secrets = new GoodOnceSecrets(ports, 'ticket', LIFETIME_MS);
  }

  /** A new ticket: 32 bytes, base64url. */
  async issue({ account, way }: Ticket): Promise<string> {
    return toBase64(await this.#secrets.issue(JSON.stringify({ account, way } satisfies Ticket)));
  }

  /** What a ticket is for, once more; null when it is unknown, over, or was tried too often. */
  async try(text: string): Promise<Ticket | null> {
    const value = await this.#secrets.try(text, MAX_TRIES);
    return value === null ? null : (JSON.parse(value) as Ticket);
  }

  /** Its code was right. False when another request was faster. */
  async use(text: string): Promise<boolean> {
    return (await this.#secrets.take(text)) !== null;
  }
}
