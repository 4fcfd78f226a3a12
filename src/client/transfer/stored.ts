/**
 * What is under way, in the store `meta`: `give/ID` is a parcel that this device makes, `take/ID` one that it fetches,
 * `transfer/ID` the exchange with another own device, `ask/CONVERSATION` a question to members.
 */
import { type ConversationId, isConversationId, isDeviceId } from '../../contract/ids.ts';
import { isParcelId, type ParcelId } from '../../contract/parcels.ts';
import { Address } from '../address.ts';
import type { Operation, Reads } from '../operation.ts';
import { readRecord } from '../operation.ts';
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
} from '../stored.ts';

const id = word(isParcelId);

export const Giving = record({
  id,
  to: Address,
  /** Null for everything, which only one's own devices get. */
  conversation: nullable(word(isConversationId)),
  /** Nothing from before this time is given, epoch milliseconds. */
  since: number,
  /** 32 bytes. */
  key: bytes,
  /** The next part, and below which key of the history it begins; null at its end. */
  part: number,
  before: nullable(text),
  messages: number,
});
export type Giving = Of<typeof Giving>;

export const Taking = record({
  id,
  from: Address,
  conversation: nullable(word(isConversationId)),
  key: bytes,
  parts: number,
  next: number,
  messages: number,
  /** A part of it could not be opened. */
  damaged: added(flag, false),
});
export type Taking = Of<typeof Taking>;

export const Transfer = record({
  id,
  role: oneOf('gives', 'takes'),
  device: word(isDeviceId),
  /** One's own nonce, 32 bytes. */
  nonce: bytes,
  /** What the other side has said: the hash of its nonce, or the nonce itself; empty for nothing yet. */
  other: bytes,
  revealed: flag,
  state: oneOf('waiting', 'compare', 'moving', 'done', 'failed'),
  at: number,
  messages: number,
  reason: nullable(text),
});
export type Transfer = Of<typeof Transfer>;

export const Asked = record({
  id,
  to: Address,
  at: number,
  /** Devices that were asked, this one included. */
  tried: list(text),
  /** Of one's own entry, and the policy of that time: another one is another question. */
  epoch: number,
  history: oneOf('none', 'fromInvitation', 'all'),
  answered: flag,
});
export type Asked = Of<typeof Asked>;

/** The question that this parcel answered is open again. */
export async function noteUnanswered(
  op: Operation,
  conversation: ConversationId,
  parcel: ParcelId,
): Promise<void> {
  const asked = await readRecord(op, 'meta', `ask/${conversation}`, Asked);
  if (asked?.id === parcel) op.write('meta', `ask/${conversation}`, Asked, { ...asked, answered: false });
}

export const readGiving = (reads: Reads, parcel: ParcelId) =>
  readRecord(reads, 'meta', `give/${parcel}`, Giving);
export const readTaking = (reads: Reads, parcel: ParcelId) =>
  readRecord(reads, 'meta', `take/${parcel}`, Taking);
export const readTransfer = (reads: Reads, parcel: ParcelId) =>
  readRecord(reads, 'meta', `transfer/${parcel}`, Transfer);

export function writeGiving(op: Operation, value: Giving): void {
  op.write('meta', `give/${value.id}`, Giving, value);
}
export function writeTaking(op: Operation, value: Taking): void {
  op.write('meta', `take/${value.id}`, Taking, value);
}
/** Tells it, too. */
export function writeTransfer(op: Operation, value: Transfer): void {
  op.write('meta', `transfer/${value.id}`, Transfer, value);
  op.events.push({ type: 'transfers' });
}

export function removeUnderWay(op: Operation, name: 'give' | 'take' | 'transfer', parcel: ParcelId): void {
  op.remove('meta', `${name}/${parcel}`);
  op.events.push({ type: 'transfers' });
}

async function all<T>(reads: Reads, prefix: string, read: (value: Uint8Array) => T): Promise<readonly T[]> {
  return (await reads.list('meta', { prefix })).map(([, value]) => read(value));
}
export const listGivings = (reads: Reads) => all(reads, 'give/', (value) => decodeStored(Giving, value));
export const listTakings = (reads: Reads) => all(reads, 'take/', (value) => decodeStored(Taking, value));
export const listTransfers = (reads: Reads) =>
  all(reads, 'transfer/', (value) => decodeStored(Transfer, value));
