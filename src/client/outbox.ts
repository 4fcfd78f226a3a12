/**
 * What waits to leave this device, in the store `outbox`. `1/N` is a message of the person, `2/N` one between devices,
 * `p/N` the sealed post of either, kept only to repeat the identical bytes while the outcome is unknown
 * (protocol/README 9). N grows, so the outbox is posted in the order in which things were said.
 */
import { isBodyId, isConversationId, isDeviceId } from '../contract/ids.ts';
import { Address } from './address.ts';
import { type Operation, type Reads, readRecord, sortable } from './operation.ts';
import {
  added,
  bytes,
  decodeStored,
  flag,
  list,
  nullable,
  number,
  type Of,
  oneOf,
  record,
  text,
  word,
} from './stored.ts';

/** A message of the person on its way out. */
export const Outgoing = record({
  n: number,
  /** Id of the body as it is sealed now; another one after the relay refused the recipients. */
  id: word(isBodyId),
  conversation: word(isConversationId),
  kind: oneOf('text', 'file', 'state', 'edit', 'delete', 'reaction', 'pin'),
  payload: bytes,
  /** Epoch milliseconds. */
  sentAt: number,
  /** Its place in this device's order, given by the first sealing and never changed after it. */
  bound: nullable(record({ seq: number, previous: bytes })),
  sealed: flag,
  /** Times the relay refused the recipients. */
  refusals: number,
  /** Why it does not leave at present, and what happens next; it is tried again at the next occasion. */
  held: nullable(text),
  /** Devices that the relay names and that nothing is sealed for: of members whose identity is another one now. */
  left: added(list(word(isDeviceId)), []),
});
export type Outgoing = Of<typeof Outgoing>;

/** A message between devices on its way out: a request or an answer that needs no place in a conversation. */
export const Errand = record({
  n: number,
  id: word(isBodyId),
  to: list(Address),
  kind: oneOf('kx', 'receipt', 'resend', 'sync', 'history', 'status', 'ask', 'parcel', 'transfer'),
  payload: bytes,
  /** Over a session that this errand begins, because the old one may be what is broken. */
  fresh: flag,
  sealed: flag,
  created: number,
});
export type Errand = Of<typeof Errand>;

const Counter = number;

async function nextNumber(op: Operation): Promise<number> {
  const n = ((await readRecord(op, 'meta', 'outbox', Counter)) ?? 0) + 1;
  op.write('meta', 'outbox', Counter, n);
  return n;
}

const outgoingKey = (n: number) => `1/${sortable(n)}`;
const errandKey = (n: number) => `2/${sortable(n)}`;
const postKey = (n: number) => `p/${sortable(n)}`;

/** Puts a message at the end of the outbox; gives it with its number. */
export async function addOutgoing(op: Operation, entry: Omit<Outgoing, 'n'>): Promise<Outgoing> {
  const whole = { ...entry, n: await nextNumber(op) };
  writeOutgoing(op, whole);
  return whole;
}

/** Writes the next state of a message that waits. */
export function writeOutgoing(op: Operation, entry: Outgoing): void {
  op.write('outbox', outgoingKey(entry.n), Outgoing, entry);
}

/** Puts a message between devices at the end of the outbox; gives it with its number. */
export async function addErrand(op: Operation, entry: Omit<Errand, 'n'>): Promise<Errand> {
  const whole = { ...entry, n: await nextNumber(op) };
  writeErrand(op, whole);
  return whole;
}

/** Writes the next state of an errand. */
export function writeErrand(op: Operation, entry: Errand): void {
  op.write('outbox', errandKey(entry.n), Errand, entry);
}

/** Keeps the sealed post (contract/post.ts) of an entry, to repeat the identical bytes. */
export function writePost(op: Operation, n: number, post: Uint8Array): void {
  op.writeBytes('outbox', postKey(n), post);
}

/** The sealed post of an entry, or null when it is not sealed. */
export async function readPost(reads: Reads, n: number): Promise<Uint8Array | null> {
  return reads.get('outbox', postKey(n));
}

/** Drops a sealed post that is never to be sent again. */
export function removePost(op: Operation, n: number): void {
  op.remove('outbox', postKey(n));
}

/** Takes an entry out of the outbox, with its post. */
export function removeEntry(op: Operation, n: number): void {
  op.remove('outbox', outgoingKey(n));
  op.remove('outbox', errandKey(n));
  op.remove('outbox', postKey(n));
}

/** The message of this number, or null when it has left. Throws StoredError. */
export async function readOutgoing(reads: Reads, n: number): Promise<Outgoing | null> {
  return readRecord(reads, 'outbox', outgoingKey(n), Outgoing);
}

/** The errand of this number, or null when it has left. Throws StoredError. */
export async function readErrand(reads: Reads, n: number): Promise<Errand | null> {
  return readRecord(reads, 'outbox', errandKey(n), Errand);
}

/** Everything of the person that waits, in order. */
export async function listOutgoing(reads: Reads): Promise<readonly Outgoing[]> {
  return (await reads.list('outbox', { prefix: '1/' })).map(([, value]) => decodeStored(Outgoing, value));
}

/** Everything between devices that waits, in order. */
export async function listErrands(reads: Reads): Promise<readonly Errand[]> {
  return (await reads.list('outbox', { prefix: '2/' })).map(([, value]) => decodeStored(Errand, value));
}
