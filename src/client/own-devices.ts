/**
 * One's own devices: what the person sees of them, and what changed in the signed list since this device last looked
 * (protocol/README 3; R38). Store `meta`: `announced` is the list that the person has been told of,
 * `device-news/DEVICE` what they have not dismissed yet. News come from verified lists alone, never from the server's
 * word.
 */

import { type DeviceId, isDeviceId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { decodeDeviceList } from '../protocol/device-list.ts';
import { equalBytes } from '../protocol/hash.ts';
import { syncPayload } from '../protocol/payload.ts';
import { backupSettings } from './backup/choice.ts';
import type { Context } from './context.ts';
import { deviceName, nameSettings } from './device-names.ts';
import type { DeviceNews, OwnDeviceView } from './engine-types.ts';
import { queueErrand } from './errands.ts';
import { linkSettings } from './files/kept-links.ts';
import { detailSettings } from './groups/own-details.ts';
import { choiceSettings } from './messages/own-choices.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { isWhole, readPeer, type StoredPeer } from './peers.ts';
import { typingSettings } from './presence/choices.ts';
import { quietSettings } from './quiet/quiet.ts';
import { receiptSettings } from './receipts.ts';
import { StoredSelf } from './self.ts';
import { bytes, decodeStored, list, nullable, number, type Of, oneOf, record, word } from './stored.ts';

const ANNOUNCED = 'announced';
const NEWS = 'device-news/';

/** Certificates that the person knows of; the device is null while only its certificate's hash was seen. */
const Announced = list(record({ device: nullable(word(isDeviceId)), hash: bytes }));
type Announced = Of<typeof Announced>;
const StoredNews = record({ kind: oneOf('added', 'renewed', 'removed'), at: number });
type StoredNews = Of<typeof StoredNews>;

/** One's own devices, from the signed list. */
export async function listDevices({ storage, self }: Context): Promise<readonly OwnDeviceView[]> {
  const own = await readPeer(storage, self.account);
  return Promise.all(
    (own?.devices ?? []).map(async ({ device, created, expires }) => ({
      device,
      name: await deviceName(storage, device),
      created,
      expires,
      current: device === self.device,
    })),
  );
}

/** Another list of one's own account has verified: what is new in it is told once, and new devices get the settings. */
export async function noteOwnList(
  op: Operation,
  ctx: Context,
  before: StoredPeer | null,
  next: StoredPeer,
): Promise<void> {
  if (!isWhole(next)) return;
  const others = next.devices.filter(({ device }) => device !== ctx.self.device);
  const told = await announced(op, before);
  const tell = (device: DeviceId, news: StoredNews) => op.write('meta', NEWS + device, StoredNews, news);
  for (const { device, certificateHash, created } of others) {
    if (told.some(({ hash }) => equalBytes(hash, certificateHash))) continue;
    const isKnown = told.some((each) => each.device === device);
    tell(device, { kind: isKnown ? 'renewed' : 'added', at: created });
  }
  for (const { device } of told) {
    if (device === null || device === ctx.self.device) continue;
    if (!next.devices.some((each) => each.device === device))
      tell(device, { kind: 'removed', at: ctx.now() });
  }
  const now = next.devices.map(({ device, certificateHash }) => ({ device, hash: certificateHash }));
  op.write('meta', ANNOUNCED, Announced, now);
  op.events.push({ type: 'devices' });
  const met = others.filter(({ device }) => !before?.devices.some((each) => each.device === device));
  await greet(
    op,
    ctx,
    met.map(({ device }) => device),
  );
}

/** The list that the person knows: the one told last, the one pinned before, or the one that this device began with. */
async function announced(op: Operation, before: StoredPeer | null): Promise<Announced> {
  const known = await readRecord(op, 'meta', ANNOUNCED, Announced);
  if (known !== null) return known;
  if (before !== null && isWhole(before))
    return before.devices.map(({ device, certificateHash }) => ({ device, hash: certificateHash }));
  const self = await readRecord(op, 'meta', 'self', StoredSelf);
  if (self === null) return [];
  return decodeDeviceList(self.deviceList).list.certificates.map((hash) => ({ device: null, hash }));
}

/** Settings in one message: 16 of the largest, 4 KiB each, fill it. */
const SETTINGS_PER_MESSAGE = 15;

/** Gives devices that are new here what this one knows of names and choices. */
async function greet(op: Operation, ctx: Context, devices: readonly DeviceId[]): Promise<void> {
  const settings = [
    ...(await nameSettings(op)),
    ...(await receiptSettings(op)),
    ...(await backupSettings(op)),
    ...(await detailSettings(op)),
    ...(await choiceSettings(op)),
    ...(await typingSettings(op)),
    ...(await quietSettings(op)),
    ...(await linkSettings(op)),
  ];
  const { account } = ctx.self;
  for (let at = 0; at < settings.length; at += SETTINGS_PER_MESSAGE) {
    await queueErrand(op, ctx, {
      to: devices.map((device) => ({ account, device })),
      kind: 'sync',
      payload: syncPayload.encode({
        readMarks: [],
        settings: settings.slice(at, at + SETTINGS_PER_MESSAGE),
      }),
    });
  }
}

/** What the person has not dismissed yet, each in one sentence. */
export async function listNews(reads: Reads): Promise<readonly DeviceNews[]> {
  const news: DeviceNews[] = [];
  for (const [key, value] of await reads.list('meta', { prefix: NEWS })) {
    const device = key.slice(NEWS.length);
    if (!isDeviceId(device)) continue;
    const { kind, at } = decodeStored(StoredNews, value);
    const name = await deviceName(reads, device);
    const message = SENTENCES[kind](name ?? device.slice(0, 8), at);
    news.push({ device, name, kind, at, message });
  }
  return news;
}

/** The person has seen it. */
export function dismissNews(ctx: Context, device: DeviceId): Promise<void> {
  return ctx.operate(async (op) => {
    op.remove('meta', NEWS + device);
    op.events.push({ type: 'devices' });
  });
}

const SENTENCES: Readonly<Record<StoredNews['kind'], (name: string, at: number) => string>> = {
  added: (name, at) =>
    t('A new device was added to your account on {day}: {name}. If that was not you, remove it now.', {
      name,
      day: { day: at },
    }),
  renewed: (name, at) =>
    t('The keys of your device {name} were renewed on {day}. If that was not you, remove it now.', {
      name,
      day: { day: at },
    }),
  removed: (name, at) =>
    t(
      'Your device {name} was removed on {day}; nothing is sent to it any more. If that was not you, look at your devices now.',
      { name, day: { day: at } },
    ),
};
