/**
 * Derivations of the double ratchet (protocol/README 5).
 *
 *   RK', CK  = KDF(DH [|| ssE'], RK, "root", u32be(pqe) || dh of the sender || dh of the receiver, 64)
 *   MK || PK = KDF(CK, "", "mk", u32be(n), 64)      PK proves the salt (envelope.ts)
 *   CK'      = KDF(CK, "", "ck", u32be(n), 32)
 */
import { concat, u32be } from './codec.ts';
import { kdf, kdfEach, wipe } from './hash.ts';
import type { MessageKeys, ReceivingChain, SkippedKey } from './session-state.ts';

const EMPTY = new Uint8Array();

/** Chain keys of the messages from..to, both included; the first is the one given. */
export function walk(suite: number, chainKey: Uint8Array, from: number, to: number): readonly Uint8Array[] {
  const chainKeys = [chainKey];
  let last = chainKey;
  for (let n = from; n < to; n++) {
    last = kdf({ suite, ikm: last, salt: EMPTY, label: 'ck', context: u32be(n), length: 32 });
    chainKeys.push(last);
  }
  return chainKeys;
}

const messageKeys = (suite: number, chainKey: Uint8Array, n: number): MessageKeys =>
  kdf({ suite, ikm: chainKey, salt: EMPTY, label: 'mk', context: u32be(n), length: 64 });

export const skippedKeys = (
  suite: number,
  chainKeys: readonly Uint8Array[],
  from: number,
  at: number,
): readonly SkippedKey[] =>
  chainKeys.map((chainKey, i) => ({ n: from + i, keys: messageKeys(suite, chainKey, from + i), at }));

/** One turn of a chain: the keys of message n, and the chain key after it. */
export function turn(
  suite: number,
  chainKey: Uint8Array,
  n: number,
): { keys: MessageKeys; chainKey: Uint8Array } {
  const context = u32be(n);
  const [keys = EMPTY, next = EMPTY] = kdfEach({ suite, ikm: chainKey, salt: EMPTY }, [
    { label: 'mk', context, length: 64 },
    { label: 'ck', context, length: 32 },
  ]);
  return { keys, chainKey: next };
}

/** One step of the root. `sender` and `receiver` are ratchet keys on the new chain. */
export function mix(
  suite: number,
  rootKey: Uint8Array,
  ikm: Uint8Array,
  pqe: number,
  sender: Uint8Array,
  receiver: Uint8Array,
): { readonly rootKey: Uint8Array; readonly chainKey: Uint8Array } {
  const context = concat(u32be(pqe), sender, receiver);
  const out = kdf({ suite, ikm, salt: rootKey, label: 'root', context, length: 64 });
  return { rootKey: out.slice(0, 32), chainKey: out.slice(32) };
}

/** A chain that a newer one has followed: its `length` is known, so what is missing is kept and the chain key goes. */
export function close(suite: number, chain: ReceivingChain, length: number, now: number): ReceivingChain {
  const chainKeys = walk(suite, chain.chainKey, chain.next, length);
  const skipped = [...chain.skipped, ...skippedKeys(suite, chainKeys.slice(0, -1), chain.next, now)];
  wipe(...chainKeys.slice(1));
  return { ...chain, chainKey: EMPTY, next: length, skipped };
}
