/** A transparency log in memory: honest by itself, and easily copied into a second view. */
import { toBase64 } from '../../contract/bytes.ts';
import { LEAVES_PER_PAGE } from '../../contract/limits.ts';
import type { LogPage } from '../../contract/log.ts';
import { runtime } from '../../native/runtime.ts';
import { createSigningKeyPair, type SigningKeyPair } from '../../protocol/identity.ts';
import { LogReplay } from '../../protocol/log-replay.ts';
import { logLeafHash, signLogHead } from '../../protocol/transparency.ts';
import type { Clock } from '../ports.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** The key of every log of these tests: people move from world to world with their pins. */
export const LOG_KEY: SigningKeyPair = await createSigningKeyPair({
  provider: runtime,
  random,
  clock: Date.now,
});

export class FakeLog {
  /** Records without signatures. */
  readonly leaves: Uint8Array[] = [];
  private replay = new LogReplay();
  /** What it says of a restore. */
  restored: number | null = null;
  private head: { readonly size: number; readonly signed: Promise<Uint8Array> } | null = null;

  constructor(
    readonly clock: Clock,
    /** What signs the heads. */
    readonly key: SigningKeyPair = LOG_KEY,
  ) {}

  /** Another log with the first leaves of this one. */
  fork(size = this.leaves.length, key = this.key): FakeLog {
    const copy = new FakeLog(this.clock, key);
    for (const leaf of this.leaves.slice(0, size)) copy.append(leaf);
    return copy;
  }

  has(leaf: Uint8Array): boolean {
    const wanted = logLeafHash(leaf).toHex();
    return this.leaves.some((each) => logLeafHash(each).toHex() === wanted);
  }

  append(leaf: Uint8Array): void {
    this.replay.append(leaf);
    this.leaves.push(leaf);
  }

  /** Root over all leaves, 32 B. */
  get root(): Uint8Array {
    return this.replay.root();
  }

  async page(from: number): Promise<LogPage> {
    const size = this.leaves.length;
    if (this.head?.size !== size) {
      const crypto = { provider: runtime, random, clock: this.clock };
      const signed = signLogHead(crypto, this.key, { size, root: this.root, time: this.clock() });
      this.head = { size, signed };
    }
    const leaves = this.leaves.slice(from, from + LEAVES_PER_PAGE);
    return {
      head: toBase64(await this.head.signed),
      leaves: leaves.map(toBase64),
      more: from + leaves.length < size,
      restored: this.restored,
    };
  }
}
