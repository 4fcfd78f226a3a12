/**
 * Sessions with other devices, in the store `sessions`: `DEVICE/s/SID` is the one that sends, `DEVICE/a/SID` are those
 * that only receive (PROTOCOL 4, 5; R31).
 */
import { toHex } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import { settleSessions } from '../protocol/handshake.ts';
import {
  archiveSession,
  decodeSession,
  encodeSession,
  keptArchives,
  type Session,
} from '../protocol/session.ts';
import type { Operation, Reads } from './operation.ts';

const sendingPrefix = (device: DeviceId) => `${device}/s/`;
const archivePrefix = (device: DeviceId) => `${device}/a/`;

/** The session on which this device sends to that one, or null. */
export async function sendingSession(reads: Reads, device: DeviceId): Promise<Session | null> {
  const [entry] = await reads.list('sessions', { prefix: sendingPrefix(device), limit: 1 });
  return entry === undefined ? null : decodeSession(entry[1]);
}

/** The session of that id with that device, whether it sends or only receives; null when there is none. */
export async function findSession(reads: Reads, device: DeviceId, sid: Uint8Array): Promise<Session | null> {
  const stored =
    (await reads.get('sessions', sendingPrefix(device) + toHex(sid))) ??
    (await reads.get('sessions', archivePrefix(device) + toHex(sid)));
  return stored === null ? null : decodeSession(stored);
}

/** Writes the next state of a session. */
export function writeSession(op: Operation, device: DeviceId, session: Session): void {
  const prefix = session.archivedAt === null ? sendingPrefix(device) : archivePrefix(device);
  op.writeBytes('sessions', prefix + toHex(session.sid), encodeSession(session));
}

/** Puts a session that this device begins in the place of the one that sent, which only receives from now on. */
export async function replaceSession(
  op: Operation,
  device: DeviceId,
  begun: Session,
  now: number,
): Promise<void> {
  const old = await sendingSession(op, device);
  if (old !== null) await retire(op, device, archiveSession(old, now), now);
  writeSession(op, device, begun);
}

/** Puts a session that the other device began beside what is there: one of them sends from now on. */
export async function settleIncoming(
  op: Operation,
  device: DeviceId,
  incoming: Session,
  now: number,
): Promise<Session> {
  const current = await sendingSession(op, device);
  const { sending, receiveOnly } = settleSessions(current, incoming, now);
  if (receiveOnly !== null) await retire(op, device, receiveOnly, now);
  writeSession(op, device, sending);
  return toHex(sending.sid) === toHex(incoming.sid) ? sending : (receiveOnly ?? incoming);
}

/** Keeps a session for what is under way, and drops the archives that are too many or too old. */
async function retire(op: Operation, device: DeviceId, archived: Session, now: number): Promise<void> {
  op.remove('sessions', sendingPrefix(device) + toHex(archived.sid));
  const entries = await op.list('sessions', { prefix: archivePrefix(device) });
  const all = [archived, ...entries.map(([, value]) => decodeSession(value))];
  const kept = new Set(keptArchives(all, now).map((session) => toHex(session.sid)));
  for (const session of all) {
    const key = archivePrefix(device) + toHex(session.sid);
    if (kept.has(toHex(session.sid))) op.writeBytes('sessions', key, encodeSession(session));
    else op.remove('sessions', key);
  }
}

/** Forgets one session: its other side seems to run twice (E_CLONE, R29). */
export function dropSession(op: Operation, device: DeviceId, sid: Uint8Array): void {
  op.remove('sessions', sendingPrefix(device) + toHex(sid));
  op.remove('sessions', archivePrefix(device) + toHex(sid));
}
