/**
 * Prekey bundles of other devices: claimed from the server outside the lock, verified in the order of
 * protocol/README 4.
 */
import type { PrekeyBundleRecord } from '../contract/accounts.ts';
import { fromBase64, fromHex } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { verifyOneTimePrekey, verifySignedPrekey } from '../protocol/prekeys.ts';
import type { KnownCertificate, PeerBundle } from '../protocol/session.ts';
import { type Begun, beginSession } from './begin.ts';
import type { Context } from './context.ts';
import { findDevice, type PeerDevice, readPeer } from './peers.ts';
import type { Target } from './recipients.ts';

/** Devices in one claim. */
const DEVICES_PER_CLAIM = 100;

/** What a claim gave for a device: a bundle, or why there is none. */
export type Claimed =
  | { readonly bundle: PeerBundle; readonly begun: Begun | null }
  | { readonly refused: 'stale' | 'missing' | 'invalid' };

/** A pinned device as the protocol takes it. */
export function knownCertificate(account: AccountId, device: PeerDevice): KnownCertificate {
  return {
    certificate: {
      account: fromHex(account),
      device: fromHex(device.device),
      signingKey: device.signingKey,
      agreementKey: device.agreementKey,
      suites: device.suites,
      created: device.created,
      expires: device.expires,
    },
    hash: device.certificateHash,
  };
}

async function verifyBundle(
  ctx: Context,
  account: AccountId,
  device: PeerDevice,
  record: PrekeyBundleRecord,
): Promise<Claimed> {
  const { signingKey } = device;
  try {
    const signed = fromBase64(record.signedPrekey);
    const { prekey, hash } = await verifySignedPrekey(ctx.crypto, signed, { signingKey, now: ctx.now() });
    const { oneTime } = record;
    const once =
      oneTime === null
        ? null
        : await verifyOneTimePrekey(
            ctx.crypto,
            {
              leaf: fromBase64(oneTime.leaf),
              path: oneTime.path.map(fromBase64),
              index: oneTime.index,
              size: oneTime.size,
              root: fromBase64(oneTime.root),
            },
            { signingKey },
          );
    return {
      bundle: { ...knownCertificate(account, device), signedPrekey: { ...prekey, hash }, oneTime: once },
      begun: null,
    };
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'E_STALE') return { refused: 'stale' };
    if (error instanceof ProtocolError || error instanceof SyntaxError) return { refused: 'invalid' };
    throw error;
  }
}

/**
 * Claims bundles for these targets, begins a session from each, and adds them to what is there.
 * @param count called after each
 */
export async function claimInto(
  ctx: Context,
  bundles: Map<DeviceId, Claimed>,
  targets: readonly Target[],
  count: () => void = () => {},
): Promise<void> {
  for (let at = 0; at < targets.length; at += DEVICES_PER_CLAIM) {
    const wanted = targets.slice(at, at + DEVICES_PER_CLAIM);
    const records = await ctx.transport.claimPrekeys(wanted.map(({ pinned }) => pinned.device));
    const byDevice = new Map(records.map((each) => [each.device, each]));
    for (const target of wanted) {
      bundles.set(target.pinned.device, await prepare(ctx, target, byDevice.get(target.pinned.device)));
      count();
    }
  }
}

async function prepare(
  ctx: Context,
  target: Target,
  record: PrekeyBundleRecord | undefined,
): Promise<Claimed> {
  const { account, pinned } = target;
  const peer = await readPeer(ctx.storage, account);
  const current = peer === null ? null : findDevice(peer, pinned.device);
  if (record === undefined || current === null) return { refused: 'missing' };
  const claimed = await verifyBundle(ctx, account, current, record);
  if ('refused' in claimed) return claimed;
  const begun = await beginSession(ctx.storage, ctx, { account, pinned: current }, claimed.bundle);
  return { ...claimed, begun };
}
