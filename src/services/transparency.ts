/**
 * The transparency log as the server keeps it: appended to by every write that stores a device list (leaves.ts), shown
 * with a signed head. The tree is in memory and grows from the table, whoever wrote there.
 */
import { toBase64 } from '../contract/bytes.ts';
import { LEAVES_PER_PAGE } from '../contract/limits.ts';
import type { LogConsistency, LogPage } from '../contract/log.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { sha256 } from '../protocol/hash.ts';
import { SIGNING_SECRET_BYTES, type SigningKeyPair, signingKeyPairFromSecret } from '../protocol/identity.ts';
import { MerkleLog } from '../protocol/merkle-log.ts';
import { signLogHead } from '../protocol/transparency.ts';
import { hashesFrom, leavesFrom } from '../store/leaves.ts';
import { lastRestore } from '../store/set-back.ts';
import { settingOr } from '../store/settings.ts';
import { invalid } from './refusal.ts';

/** A head that nothing was added to is signed anew when it is this old: an hour in milliseconds. */
const HEAD_FRESH_MS = 3_600_000;

export interface Transparency {
  /** Public key of the log, 1,984 bytes. */
  publicKey(): Promise<Uint8Array>;
  /** Leaves from this place on, and the head. */
  page(from: number): Promise<LogPage>;
  /** ValidationError for sizes that the log has not had. */
  consistency(from: number, to: number): Promise<LogConsistency>;
}

interface Head {
  readonly size: number;
  readonly time: number;
  readonly signed: Uint8Array;
}

export function createTransparency({
  db,
  clock,
  random,
}: Pick<Ports, 'db' | 'clock' | 'random'>): Transparency {
  const crypto = { provider: runtime, random, clock };
  const tree = new MerkleLog(sha256);
  let pair: Promise<SigningKeyPair> | null = null;
  let head: Promise<Head> | null = null;

  const logKey = (): Promise<SigningKeyPair> => {
    const made = async () =>
      signingKeyPairFromSecret(crypto, await settingOr(db, 'log_key', random(SIGNING_SECRET_BYTES)));
    pair ??= made().catch((error: unknown) => {
      pair = null;
      throw error;
    });
    return pair;
  };

  const grow = async (): Promise<void> => {
    // Two requests may have read the same rows.
    for (const { position, hash } of await hashesFrom(db, tree.size))
      if (position === tree.size) tree.append(hash);
  };

  const sign = async (): Promise<Head> => {
    const size = tree.size;
    const time = clock();
    const signed = await signLogHead(crypto, await logKey(), { size, root: tree.root(size), time });
    return { size, time, signed };
  };

  /** The head over everything that is committed now; one signature however many ask. */
  const currentHead = async (): Promise<Head> => {
    await grow();
    for (;;) {
      const known = head;
      const found = known && (await known.catch(() => null));
      if (found && found.size >= tree.size && clock() - found.time < HEAD_FRESH_MS) return found;
      if (known === head) head = sign();
      await head;
    }
  };

  /** A restore is done while no server runs: it is read once. */
  let restored: Promise<number | null> | null = null;
  const restoredAt = (): Promise<number | null> => {
    restored ??= lastRestore(db).catch((error: unknown) => {
      restored = null;
      throw error;
    });
    return restored;
  };

  return {
    publicKey: async () => (await logKey()).publicKey,

    async page(from) {
      const { size, signed } = await currentHead();
      const limit = Math.min(LEAVES_PER_PAGE, size - from);
      const leaves = limit > 0 ? await leavesFrom(db, from, limit) : [];
      return {
        head: toBase64(signed),
        leaves: leaves.map(toBase64),
        more: limit > 0 && from + leaves.length < size,
        restored: await restoredAt(),
      };
    },

    async consistency(from, to) {
      await grow();
      if (from < 1 || from > to || to > tree.size)
        throw invalid({ to: ['The log has not had these sizes.'] });
      return { path: tree.consistency(from, to).map(toBase64) };
    },
  };
}
