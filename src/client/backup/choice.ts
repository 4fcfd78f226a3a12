/**
 * What one's own devices tell each other about the backup: whether it is kept at all, and the newest one that they have seen,
 * which the server cannot take back (protocol/README 10, "History outside a device"). Store `backup`: `choice` and
 * `heard`.
 */
import { concat, Reader, u64be } from '../../protocol/codec.ts';
import type { Setting } from '../../protocol/payload.ts';
import type { Operation, Reads } from '../operation.ts';
import { readRecord } from '../operation.ts';
import { bytes, flag, number, type Of, record } from '../stored.ts';

/** Names of settings among one's own devices. */
const CHOICE = 'backup';
const SEEN = 'backup-seen';
const VERSION_BYTES = 8;
const ROOT_BYTES = 32;

const Choice = record({ on: flag, changedAt: number });
export type Choice = Of<typeof Choice>;
/** On until the person decides otherwise. */
const UNDECIDED: Choice = { on: true, changedAt: 0 };

const Heard = record({ version: number, root: bytes });
/** A manifest by its version and its root, 32 bytes. */
export type Heard = Of<typeof Heard>;

export async function readChoice(reads: Reads): Promise<Choice> {
  return (await readRecord(reads, 'backup', 'choice', Choice)) ?? UNDECIDED;
}

export function writeChoice(op: Operation, choice: Choice): void {
  op.write('backup', 'choice', Choice, choice);
  op.events.push({ type: 'backup' });
}

/** The newest manifest that another of one's own devices has told of, or null. */
export function readHeard(reads: Reads): Promise<Heard | null> {
  return readRecord(reads, 'backup', 'heard', Heard);
}

/** The newest manifest that this device itself has seen. */
export function noteSeen(op: Operation, seen: Heard): void {
  op.write('backup', 'seen', Heard, seen);
}

export function forgetHeard(op: Operation): void {
  op.remove('backup', 'heard');
  op.remove('backup', 'seen');
}

export const choiceSetting = ({ on, changedAt }: Choice): Setting => ({
  name: CHOICE,
  value: Uint8Array.of(on ? 1 : 0),
  changedAt,
});

export const seenSetting = ({ version, root }: Heard, changedAt: number): Setting => ({
  name: SEEN,
  value: concat(u64be(version), root),
  changedAt,
});

/** What a device that is new gets: the choice when one was made, and the newest manifest that is known here. */
export async function backupSettings(reads: Reads): Promise<readonly Setting[]> {
  const choice = await readChoice(reads);
  const heard = await readHeard(reads);
  const seen = await readRecord(reads, 'backup', 'seen', Heard);
  const newest = heard !== null && heard.version > (seen?.version ?? 0) ? heard : seen;
  return [
    ...(choice.changedAt === 0 ? [] : [choiceSetting(choice)]),
    ...(newest === null ? [] : [seenSetting(newest, choice.changedAt)]),
  ];
}

/** Takes a setting of another of one's own devices. False when it is about something else. */
export async function takeBackupSetting(
  op: Operation,
  { name, value, changedAt }: Setting,
): Promise<boolean> {
  if (name === CHOICE) {
    const known = await readChoice(op);
    if (known.changedAt < changedAt) {
      writeChoice(op, { on: value[0] === 1, changedAt });
      // It begins anew there, so what was seen before says nothing any more.
      op.remove('backup', 'state');
      forgetHeard(op);
    }
    return true;
  }
  if (name !== SEEN) return false;
  if (value.length !== VERSION_BYTES + ROOT_BYTES) return true;
  const reader = new Reader(value);
  const heard = { version: reader.u64(), root: reader.fixed(ROOT_BYTES).slice() };
  const known = await readHeard(op);
  if (known === null || known.version < heard.version) op.write('backup', 'heard', Heard, heard);
  return true;
}
