/** Tickets of sign-ins that wait for their second factor: good for one account, for minutes and for a few tries. */
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Way } from './sessions.ts';

const LIFETIME_MS = 5 * 60_000;
/** Wrong codes on one ticket; then the first step comes again. */
const MAX_TRIES = 5;
/** Tickets open at once; the oldest go first. */
const MAX_OPEN = 10_000;

export interface Ticket {
  readonly account: AccountId;
  readonly way: Way;
}

interface Open extends Ticket {
  readonly until: number;
  tries: number;
}

export class Tickets {
  readonly #open = new Map<string, Open>();

  constructor(
    private readonly clock: () => number,
    private readonly random: (length: number) => Uint8Array<ArrayBuffer>,
  ) {}

  /** A new ticket: 32 bytes, base64url. */
  issue(ticket: Ticket): string {
    const now = this.clock();
    for (const [text, { until }] of this.#open) {
      if (until > now && this.#open.size < MAX_OPEN) break;
      this.#open.delete(text);
    }
    const text = toBase64(this.random(32));
    this.#open.set(text, { ...ticket, until: now + LIFETIME_MS, tries: 0 });
    return text;
  }

  /** What a ticket is for, once more; null when it is unknown, over, or was tried too often. */
  try(text: string): Ticket | null {
    const open = this.#open.get(text);
    if (!open) return null;
    open.tries++;
    if (open.until > this.clock() && open.tries <= MAX_TRIES) return open;
    this.#open.delete(text);
    return null;
  }

  /** Its code was right. False when another request was faster. */
  use(text: string): boolean {
    return this.#open.delete(text);
  }
}
