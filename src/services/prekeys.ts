/** One-time prekeys: stock, upload, hand-out. */
import type { DeviceSession } from '../auth/sessions.ts';
import type { PrekeyBundleRecord, PrekeyStock } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import {
  PREKEY_REFILL_BELOW,
  PREKEYS_PER_REQUESTER_PER_DAY,
  PREKEYS_PER_TARGET_PER_DAY,
} from '../contract/limits.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { deviceOf, isCurrent } from '../store/devices.ts';
import * as store from '../store/prekeys.ts';
import { unknownDevice } from './devices.ts';
import { type PrekeyUploadBytes, storePrekeys, verifyPrekeys } from './prekey-upload.ts';
import { siblings } from './published.ts';
import type { Recipients } from './recipients.ts';
import { invalid } from './refusal.ts';

export interface Prekeys {
  /** One bundle for each known device, in the order asked; a one-time key only within stock and daily caps [R23]. */
  claim(session: DeviceSession, devices: readonly DeviceId[]): Promise<readonly PrekeyBundleRecord[]>;
  stock(device: DeviceId): Promise<PrekeyStock>;
  upload(session: DeviceSession, upload: PrekeyUploadBytes): Promise<void>;
}

const DAY_MS = 24 * 3600 * 1000;

/** @param recipients knows the age of signed prekeys and must forget it when a new one comes */
export function createPrekeys(ports: Ports, recipients: Pick<Recipients, 'forget'>): Prekeys {
  const { db, hub, clock, random } = ports;
  const crypto = { provider: runtime, random, clock };

  return {
    async claim(session, devices) {
      const day = Math.floor(clock() / DAY_MS);
      const claimed = await db.write(async (tx) => {
        const bundles: { readonly bundle: PrekeyBundleRecord; readonly remaining: number | null }[] = [];
        for (const device of new Set(devices)) {
          const statement = await store.signedPrekeyOf(tx, device);
          if (!statement) continue;
          const { mine, all } = await store.claimsOn(tx, device, session.account, day);
          const within = mine < PREKEYS_PER_REQUESTER_PER_DAY && all < PREKEYS_PER_TARGET_PER_DAY;
          const taken = within ? await store.takeOneTime(tx, device) : null;
          if (taken) await store.countClaim(tx, device, session.account, day);
          bundles.push({
            bundle: { device, signedPrekey: toBase64(statement.statement), oneTime: taken && oneTime(taken) },
            remaining: taken && (await store.remainingOf(tx, device)),
          });
        }
        return bundles;
      });
      for (const { bundle, remaining } of claimed)
        if (remaining !== null && remaining < PREKEY_REFILL_BELOW)
          hub.publish({ type: 'prekeys', device: bundle.device, remaining });
      return claimed.map(({ bundle }) => bundle);
    },

    async stock(device) {
      return { remaining: await store.stockOf(db, device) };
    },

    async upload(session, upload) {
      if (!upload.signedPrekey && !upload.batch)
        throw invalid({ signedPrekey: ['Send a signed prekey, a batch of one-time prekeys, or both.'] });
      const row = await deviceOf(db, session.account, session.device);
      if (!row) throw unknownDevice();
      const { signingKey } = decodeCertificate(row.certificate).certificate;
      const prekeys = await verifyPrekeys(crypto, session.device, signingKey, upload);
      await db.write(async (tx) => {
        if (!(await isCurrent(tx, session.account, session.device))) throw unknownDevice();
        await storePrekeys(tx, session.device, prekeys);
      });
      if (prekeys.statement) recipients.forget(session.account);
    },
  };
}

function oneTime(row: store.ClaimedRow): NonNullable<PrekeyBundleRecord['oneTime']> {
  return {
    leaf: toBase64(row.leaf),
    path: siblings(row.path).map(toBase64),
    index: row.position,
    size: row.size,
    root: toBase64(row.root),
  };
}
