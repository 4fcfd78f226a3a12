/** Prekey bundles of other devices: claimed from the server outside the lock, verified in the order of PROTOCOL 4.1. */
import type { PrekeyBundleRecord } from '../contract/accounts.ts';
import { fromBase64, fromHex } from '../contract/bytes.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { verifyOneTimePrekey, verifySignedPrekey } from '../protocol/prekeys.ts';
import type { KnownCertificate, PeerBundle } from '../protocol/session.ts';
import type { Context } from './context.ts';
import { findDevice, type PeerDevice, readPeer } from './peers.ts';
import type { Target } from './recipients.ts';

/** Devices in one claim. */
const DEVICES_PER_CLAIM = 100;

/** What a claim gave for a device: a bundle, or why there is none. */
export type Claimed = { readonly bundle: PeerBundle } | { readonly refused: 'stale' | 'missing' | 'invalid' };

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

/**
 * Claims one bundle for each device. Throws TransportFailed or TransportRefused; a bundle that does not verify, is too
 * old, or was not given is told per device.
 */
export async function claimBundles(
  ctx: Context,
  devices: readonly { readonly account: AccountId; readonly device: DeviceId }[],
): Promise<ReadonlyMap<DeviceId, Claimed>> {
  const claimed = new Map<DeviceId, Claimed>();
  for (let at = 0; at < devices.length; at += DEVICES_PER_CLAIM) {
    const asked = devices.slice(at, at + DEVICES_PER_CLAIM);
    const records = await ctx.transport.claimPrekeys(asked.map(({ device }) => device));
    for (const { account, device } of asked) {
      const record = records.find((each) => each.device === device);
      const peer = await readPeer(ctx.storage, account);
      const pinned = peer === null ? null : findDevice(peer, device);
      if (record === undefined || pinned === null) claimed.set(device, { refused: 'missing' });
      else claimed.set(device, await verifyBundle(ctx, account, pinned, record));
    }
  }
  return claimed;
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
    };
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'E_STALE') return { refused: 'stale' };
    if (error instanceof ProtocolError || error instanceof SyntaxError) return { refused: 'invalid' };
    throw error;
  }
}

/** Claims bundles for these targets and adds them to what is there. */
export async function claimInto(
  ctx: Context,
  bundles: Map<DeviceId, Claimed>,
  targets: readonly Target[],
): Promise<void> {
  const wanted = targets.map(({ account, pinned }) => ({ account, device: pinned.device }));
  for (const [device, claimed] of await claimBundles(ctx, wanted)) bundles.set(device, claimed);
}
