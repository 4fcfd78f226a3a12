/**
 * Names of one's own devices: chosen on them, sealed for the others, never seen by the server. Store `meta`, key
 * `device-name/DEVICE`; among one's own devices they travel as settings of the same name (protocol/README 7, `sync`).
 */

import { type DeviceId, isDeviceId } from '../contract/ids.ts';
import { MAX_NAME_LENGTH, UNPRINTABLE } from '../contract/limits.ts';
import { t } from '../contract/words.ts';
import { fromUtf8, utf8 } from '../protocol/codec.ts';
import { isProtocolError } from '../protocol/errors.ts';
import { type Setting, syncPayload } from '../protocol/payload.ts';
import type { Context } from './context.ts';
import { queueErrand } from './errands.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { readPeer } from './peers.ts';
import { deviceNameKey } from './self.ts';
import { decodeStored, number, type Of, record, text } from './stored.ts';

const PREFIX = deviceNameKey('');
/** Names that are kept; nobody has had so many devices. */
const MOST_NAMES = 200;
/** A name from further in the future than clocks differ is not taken. */
const AHEAD_MS = 24 * 3_600_000;

const StoredName = record({ name: text, changedAt: number });
type StoredName = Of<typeof StoredName>;

/** The name of a device, or null while none is known. */
export async function deviceName(reads: Reads, device: DeviceId): Promise<string | null> {
  return (await readName(reads, device))?.name ?? null;
}

/** Throws Error with a sentence for a name that is none. */
export async function renameDevice(ctx: Context, device: DeviceId, name: string): Promise<void> {
  const clean = name.trim().normalize('NFC');
  if (!isName(clean))
    throw new Error(
      t('A name of a device has 1 to {n} characters that can be shown.', { n: MAX_NAME_LENGTH }),
    );
  await ctx.operate(async (op) => {
    const own = await readPeer(op, ctx.self.account);
    if (own?.devices.some((each) => each.device === device) !== true)
      throw new Error(t('You have no such device.'));
    const before = await readName(op, device);
    // A clock that went back must not make the new name the older one.
    await setName(op, ctx, device, {
      name: clean,
      changedAt: Math.max(ctx.now(), (before?.changedAt ?? 0) + 1),
    });
  });
}

/** Gives this device its first name, unless it has one. */
export async function nameSelf(ctx: Context, suggested: string): Promise<void> {
  const { device } = ctx.self;
  if ((await deviceName(ctx.storage, device)) !== null) return;
  const name = [...suggested.trim()].slice(0, MAX_NAME_LENGTH).join('');
  if (isName(name)) await ctx.operate((op) => setName(op, ctx, device, { name, changedAt: ctx.now() }));
}

/** Every name that is known here, as a device that is new gets them. */
export async function nameSettings(reads: Reads): Promise<readonly Setting[]> {
  return (await reads.list('meta', { prefix: PREFIX })).map(([key, value]) =>
    settingOf(key, decodeStored(StoredName, value)),
  );
}

/** Takes a name from another of one's own devices: the newest one counts. False when the setting is about something else. */
export async function takeName(
  op: Operation,
  ctx: Context,
  { name: key, value, changedAt }: Setting,
): Promise<boolean> {
  const device = key.slice(PREFIX.length);
  if (!key.startsWith(PREFIX) || !isDeviceId(device)) return false;
  const name = readText(value);
  if (name === null || !isName(name) || changedAt > ctx.now() + AHEAD_MS) return true;
  const known = await readName(op, device);
  if (
    known !== null &&
    (known.changedAt > changedAt || (known.changedAt === changedAt && known.name >= name))
  )
    return true;
  if (known === null && (await op.list('meta', { prefix: PREFIX })).length >= MOST_NAMES) return true;
  op.write('meta', key, StoredName, { name, changedAt });
  op.events.push({ type: 'devices' });
  return true;
}

async function setName(op: Operation, ctx: Context, device: DeviceId, stored: StoredName): Promise<void> {
  const key = PREFIX + device;
  op.write('meta', key, StoredName, stored);
  op.events.push({ type: 'devices' });
  const { account } = ctx.self;
  const own = await readPeer(op, account);
  const others = (own?.devices ?? []).filter((each) => each.device !== ctx.self.device);
  await queueErrand(op, ctx, {
    to: others.map((each) => ({ account, device: each.device })),
    kind: 'sync',
    payload: syncPayload.encode({ readMarks: [], settings: [settingOf(key, stored)] }),
  });
}

const settingOf = (key: string, { name, changedAt }: StoredName): Setting => ({
  name: key,
  value: utf8(name),
  changedAt,
});
const readName = (reads: Reads, device: DeviceId): Promise<StoredName | null> =>
  readRecord(reads, 'meta', PREFIX + device, StoredName);

const isName = (name: string): boolean =>
  name !== '' && [...name].length <= MAX_NAME_LENGTH && !UNPRINTABLE.test(name);

function readText(bytes: Uint8Array): string | null {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}
