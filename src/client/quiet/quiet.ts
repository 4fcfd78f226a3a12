/** The times of quiet, kept on each of one's own devices; the later choice wins. */

import { MINUTES_PER_DAY, type Quiet } from '../../contract/quiet.ts';
import { t } from '../../contract/words.ts';
import type { Setting } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { nullable, number, record } from '../stored.ts';

const NAME = 'quiet';
const NONE: Quiet = { until: 0, daily: null };
const Times = record({ until: number, daily: nullable(record({ from: number, to: number })) });
const Choice = record({ quiet: Times, changedAt: number });

export async function readQuiet(reads: Reads): Promise<Quiet> {
  return (await readRecord(reads, 'meta', NAME, Choice))?.quiet ?? NONE;
}

/** Throws Error with one sentence for times that are none. */
export async function setQuiet(
  op: Operation,
  ctx: Context,
  quiet: Quiet,
  tell: (op: Operation, ctx: Context, settings: readonly Setting[]) => Promise<void>,
): Promise<void> {
  if (!isTimes(quiet)) throw new Error(t('These are no times of a day: choose them again.'));
  const choice = { quiet, changedAt: ctx.now() };
  op.write('meta', NAME, Choice, choice);
  await tell(op, ctx, [settingOf(choice)]);
}

const settingOf = ({ quiet, changedAt }: { readonly quiet: Quiet; readonly changedAt: number }): Setting => ({
  name: NAME,
  value: encodeTimes(quiet),
  changedAt,
});

/** The choice, as a device that is new gets it; nothing while none was made. */
export async function quietSettings(reads: Reads): Promise<readonly Setting[]> {
  const choice = await readRecord(reads, 'meta', NAME, Choice);
  return choice === null ? [] : [settingOf(choice)];
}

/** Takes it from another of one's own devices. False when the setting is about something else. */
export async function takeQuiet(op: Operation, { name, value, changedAt }: Setting): Promise<boolean> {
  if (name !== NAME) return false;
  const known = await readRecord(op, 'meta', NAME, Choice);
  const quiet = decodeTimes(value);
  if (quiet !== null && (known === null || known.changedAt < changedAt))
    op.write('meta', NAME, Choice, { quiet, changedAt });
  return true;
}

/** `until u64`, and `from u16 || to u16` when there are hours of every day. */
function encodeTimes({ until, daily }: Quiet): Uint8Array {
  const view = new DataView(new ArrayBuffer(daily === null ? 8 : 12));
  view.setBigUint64(0, BigInt(until));
  if (daily !== null) {
    view.setUint16(8, daily.from);
    view.setUint16(10, daily.to);
  }
  return new Uint8Array(view.buffer);
}

/** Null for what a device of another release may write. */
function decodeTimes(value: Uint8Array): Quiet | null {
  if (value.length !== 8 && value.length !== 12) return null;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const daily = value.length === 8 ? null : { from: view.getUint16(8), to: view.getUint16(10) };
  const quiet = { until: Number(view.getBigUint64(0)), daily };
  return isTimes(quiet) ? quiet : null;
}

const isTimes = ({ until, daily }: Quiet): boolean =>
  Number.isSafeInteger(until) &&
  until >= 0 &&
  (daily === null || (isMinute(daily.from) && isMinute(daily.to)));
const isMinute = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < MINUTES_PER_DAY;
