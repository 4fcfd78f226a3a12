/**
 * Sessions with other devices, in the store `sessions`: `ACCOUNT/DEVICE/s/SID` is the one that sends, `ACCOUNT/DEVICE/a/SID` are those
 * that only receive (protocol/README 4, 5; R31). Store `outbox`, `g/ACCOUNT/DEVICE`: the session on which that device
 * was last heard while it was not here (lost, or dropped because the other side runs twice); the next one that is begun
 * replaces it.
 */
import { toHex } from '../contract/bytes.ts';
import { settleSessions } from '../protocol/handshake.ts';
import {
  archiveSession,
  decodeSession,
  encodeSession,
  keptArchives,
  remindPeer,
  type Session,
} from '../protocol/session.ts';
import { type Address, addressKey, peerOf } from './address.ts';
import type { Operation, Reads } from './operation.ts';

const sendingPrefix = (of: Address) => `${addressKey(of)}/s/`;
const goneKey = (of: Address) => `g/${addressKey(of)}`;
const archivePrefix = (of: Address) => `${addressKey(of)}/a/`;

/** The session on which this device sends to that one, or null. */
export async function sendingSession(reads: Reads, of: Address): Promise<Session | null> {
  const [entry] = await reads.list('sessions', { prefix: sendingPrefix(of), limit: 1 });
  return entry === undefined ? null : decodeSession(entry[1]);
}

/** The session of that id with that of, whether it sends or only receives; null when there is none. */
export async function findSession(reads: Reads, of: Address, sid: Uint8Array): Promise<Session | null> {
  const stored =
    (await reads.get('sessions', sendingPrefix(of) + toHex(sid))) ??
    (await reads.get('sessions', archivePrefix(of) + toHex(sid)));
  return stored === null ? null : decodeSession(stored);
}

/** Writes the next state of a session. */
export function writeSession(op: Operation, session: Session): void {
  const of = peerOf(session);
  const prefix = session.archivedAt === null ? sendingPrefix(of) : archivePrefix(of);
  op.writeBytes('sessions', prefix + toHex(session.sid), encodeSession(session));
}

/** Puts a session that this device begins in the place of the one that sent, which only receives from now on. */
export async function replaceSession(op: Operation, begun: Session, now: number): Promise<void> {
  const of = peerOf(begun);
  const old = await sendingSession(op, of);
  if (old !== null) await retire(op, of, archiveSession(old, now), now);
  op.remove('outbox', goneKey(of));
  writeSession(op, begun);
}

/** Puts a session that the other device began beside what is there: one of them sends from now on. */
export async function settleIncoming(op: Operation, incoming: Session, now: number): Promise<Session> {
  const of = peerOf(incoming);
  const current = await sendingSession(op, of);
  const { sending, receiveOnly } = settleSessions(current, incoming, now);
  if (receiveOnly !== null) await retire(op, of, receiveOnly, now);
  op.remove('outbox', goneKey(of));
  writeSession(op, sending);
  return toHex(sending.sid) === toHex(incoming.sid) ? sending : (receiveOnly ?? incoming);
}

/**
 * The session that sends to a device that was heard on a receive-only one: a peer that does not know it yet is owed a word
 * on it. Null when there is none.
 */
export async function remindSending(op: Operation, heard: Session, now: number): Promise<Session | null> {
  const sending = await sendingSession(op, peerOf(heard));
  if (sending === null) return null;
  const reminded = remindPeer(sending, now);
  if (reminded !== sending) writeSession(op, reminded);
  return reminded;
}

/** Keeps a session for what is under way, and drops the archives that are too many or too old. */
async function retire(op: Operation, of: Address, archived: Session, now: number): Promise<void> {
  op.remove('sessions', sendingPrefix(of) + toHex(archived.sid));
  const entries = await op.list('sessions', { prefix: archivePrefix(of) });
  const all = [archived, ...entries.map(([, value]) => decodeSession(value))];
  const kept = new Set(keptArchives(all, now).map((session) => toHex(session.sid)));
  for (const session of all) {
    const key = archivePrefix(of) + toHex(session.sid);
    if (kept.has(toHex(session.sid))) op.writeBytes('sessions', key, encodeSession(session));
    else op.remove('sessions', key);
  }
}

/** The other device writes on a session that is not here: the next one that is begun says so. */
export function noteGone(op: Operation, of: Address, sid: Uint8Array): void {
  op.writeBytes('outbox', goneKey(of), sid);
}

/** The session that noteGone noted, 16 bytes; null when there is none to replace. */
export function goneSession(reads: Reads, of: Address): Promise<Uint8Array | null> {
  return reads.get('outbox', goneKey(of));
}

/** Forgets one session: its other side seems to run twice (E_CLONE, R29). */
export function dropSession(op: Operation, of: Address, sid: Uint8Array): void {
  op.remove('sessions', sendingPrefix(of) + toHex(sid));
  op.remove('sessions', archivePrefix(of) + toHex(sid));
}

/** Forgets every session with a device: it is no longer signed for. */
export async function dropSessions(op: Operation, of: Address): Promise<void> {
  for (const [key] of await op.list('sessions', { prefix: `${addressKey(of)}/` })) op.remove('sessions', key);
}
