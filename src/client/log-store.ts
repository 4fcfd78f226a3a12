/**
 * The transparency log as this device keeps it, in the store `log`: `leaves/N` holds up to LEAVES_PER_RECORD leaves from
 * place N on, one after the other, `head` the newest head that was verified, which covers exactly these leaves
 * (protocol/README 11, "Transparency").
 */
import { concat, lp, Reader } from '../protocol/codec.ts';
import { isProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import { LogReplay } from '../protocol/log-replay.ts';
import { decodeLogHead, type LogHead } from '../protocol/transparency.ts';
import { type Operation, type Reads, sortable } from './operation.ts';
import { StoredError } from './stored.ts';

/** Few enough that adding one rewrites little, many enough that reading all of them is quick. */
const LEAVES_PER_RECORD = 256;
/** Bytes of a leaf without its signature, at most. */
const MOST_LEAF_BYTES = 1024;

const HEAD = 'head';
const leavesKey = (place: number) => `leaves/${sortable(place - (place % LEAVES_PER_RECORD))}`;

/** A head that this device has verified, with the bytes that prove it. */
export interface VerifiedHead extends LogHead {
  readonly signed: Uint8Array;
}

/** The newest head that was verified, or null before the first. */
export async function readHead(reads: Reads): Promise<VerifiedHead | null> {
  const signed = await reads.get('log', HEAD);
  return signed === null ? null : { ...decodeLogHead(signed), signed };
}

/** Leaves from this place on. */
async function readLeaves(reads: Reads, from: number): Promise<readonly Uint8Array[]> {
  const records = await reads.list('log', { prefix: 'leaves/' });
  const wanted = leavesKey(from);
  const leaves: Uint8Array[] = [];
  let skip = from % LEAVES_PER_RECORD;
  for (const [key, value] of records) {
    if (key < wanted) continue;
    const reader = new Reader(value);
    for (; reader.left > 0; skip--) {
      const leaf = reader.lp(MOST_LEAF_BYTES);
      if (skip <= 0) leaves.push(leaf.slice());
    }
  }
  return leaves;
}

/** Writes leaves from place `from` on, after the ones that are there, and the head that covers them all. */
export async function writeLeaves(
  op: Operation,
  from: number,
  leaves: readonly Uint8Array[],
  head: VerifiedHead,
): Promise<void> {
  let place = from;
  let parts: Uint8Array[] = [];
  const first = place % LEAVES_PER_RECORD === 0 ? null : await op.get('log', leavesKey(place));
  if (first !== null) parts = [first];
  const flush = (): void => {
    if (parts.length > 0) op.writeBytes('log', leavesKey(place - 1), concat(...parts));
    parts = [];
  };
  for (const leaf of leaves) {
    parts.push(lp(leaf));
    place += 1;
    if (place % LEAVES_PER_RECORD === 0) flush();
  }
  flush();
  op.writeBytes('log', HEAD, head.signed);
}

/** Forgets every leaf: another history takes their place in the same commit. */
export async function dropLeaves(op: Operation): Promise<void> {
  for (const [key] of await op.list('log', { prefix: 'leaves/' })) op.remove('log', key);
}

/** What this device has verified of the log, in memory. */
export class LogView {
  private replay = new LogReplay();
  private current: VerifiedHead | null = null;

  /** The newest head; null before the first answer of a server. */
  get head(): VerifiedHead | null {
    return this.current;
  }

  /** What everybody's newest leaf is, and whose a name is. Never changed: another one takes its place. */
  get log(): LogReplay {
    return this.replay;
  }

  /** Takes over what another tab or process has stored; reads nothing when there is nothing new. */
  async load(reads: Reads, tries = 3): Promise<void> {
    const head = await readHead(reads);
    if (head === null || this.isCurrent(head)) return;
    // When the leaves do not continue what is here, another history has taken its place.
    for (const replay of [this.replay.copy(), new LogReplay()]) {
      if (!continues(replay, await readLeaves(reads, replay.size), head)) continue;
      this.take(replay, head);
      return;
    }
    // Somebody else may have written between the reads.
    if (tries > 1) return this.load(reads, tries - 1);
    throw new StoredError('The log of identities that this device keeps is damaged.');
  }

  private isCurrent(head: VerifiedHead): boolean {
    const { current } = this;
    return current !== null && current.size === head.size && equalBytes(current.root, head.root);
  }

  /** What was verified and stored. */
  take(replay: LogReplay, head: VerifiedHead): void {
    this.replay = replay;
    this.current = head;
  }
}

/** Appends the leaves; whether they lead to this head. */
function continues(replay: LogReplay, leaves: readonly Uint8Array[], head: LogHead): boolean {
  try {
    for (const leaf of leaves.slice(0, Math.max(0, head.size - replay.size))) replay.append(leaf);
    return replay.size === head.size && equalBytes(replay.root(), head.root);
  } catch (error) {
    if (isProtocolError(error)) return false;
    throw error;
  }
}
