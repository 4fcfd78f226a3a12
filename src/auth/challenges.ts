/** Challenges of passkey ceremonies: each good once, for one ceremony, for a few minutes. */
import { toBase64 } from '../contract/bytes.ts';

const LIFETIME_MS = 5 * 60_000;
/** Ceremonies open at once; the oldest go first. */
const MAX_OPEN = 10_000;

export class Challenges {
  readonly #open = new Map<string, { readonly ceremony: string; readonly until: number }>();

  constructor(
    private readonly clock: () => number,
    private readonly random: (length: number) => Uint8Array<ArrayBuffer>,
  ) {}

  /** A new challenge, 32 bytes, for this ceremony. */
  issue(ceremony: string): Uint8Array<ArrayBuffer> {
    const now = this.clock();
    for (const [text, { until }] of this.#open) {
      if (until > now && this.#open.size < MAX_OPEN) break;
      this.#open.delete(text);
    }
    const challenge = this.random(32);
    this.#open.set(toBase64(challenge), { ceremony, until: now + LIFETIME_MS });
    return challenge;
  }

  /** True once for a challenge of this ceremony; whatever the answer, it is used up. */
  take(challenge: string, ceremony: string): boolean {
    const known = this.#open.get(challenge);
    this.#open.delete(challenge);
    return known !== undefined && known.ceremony === ceremony && known.until > this.clock();
  }
}
