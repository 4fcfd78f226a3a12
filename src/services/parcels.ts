/** Sealed history on its way from one device to another: between those who share a conversation, or one's own. */
import type { DeviceSession } from '../auth/sessions.ts';
import type { DeviceId } from '../contract/ids.ts';
import { MAX_PARCEL_BYTES, MAX_PARTS, PARCEL_RETENTION_MS, type ParcelId } from '../contract/parcels.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/parcels.ts';
import { Refusal } from './refusal.ts';

export interface Parcels {
  /** The same part again replaces it. NotFound for a device that one may not write to; TooLarge above the account's limit. */
  put(
    session: DeviceSession,
    part: { readonly id: ParcelId; readonly n: number; readonly to: DeviceId; readonly sealed: Uint8Array },
  ): Promise<void>;
  /** NotFound for what is another device's, or nobody's. */
  part(session: DeviceSession, id: ParcelId, n: number): Promise<Uint8Array>;
  /** By who gives or gets it; nothing to delete is no error. */
  remove(session: DeviceSession, id: ParcelId): Promise<void>;
}

const gone = () => new Refusal('NotFound', 'There is no such history on its way to this device.');

/** @param limit bytes of one account at a time */
export function createParcels(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  limit: number = MAX_PARCEL_BYTES,
): Parcels {
  return {
    put: ({ account, device }, { id, n, to, sealed }) =>
      db.write(async (tx) => {
        await store.expireParcels(tx, clock());
        if (n >= MAX_PARTS)
          throw new Refusal('TooLarge', 'This history has too many parts to be given at once.');
        const known = await store.parcelOf(tx, id);
        if (known !== null && (known.device !== device || known.recipient !== to)) throw gone();
        if (known === null && (await store.reachableDevice(tx, account, to)) === null) throw gone();
        const before = await store.partSize(tx, id, n);
        const added = sealed.length - before;
        if ((await store.parcelBytesOf(tx, account)) + added > limit)
          throw new Refusal(
            'TooLarge',
            'So much history of yours is on its way to other devices that no more fits. Try again when it has arrived.',
          );
        await store.putParcel(tx, {
          id,
          account,
          device,
          recipient: to,
          bytes: (known?.bytes ?? 0) + added,
          expires_at: clock() + PARCEL_RETENTION_MS,
        });
        await store.putPart(tx, id, n, sealed);
      }),

    async part({ device }, id, n) {
      const sealed = await store.partFor(db, device, id, n);
      if (sealed === null) throw gone();
      return sealed;
    },

    async remove({ device }, id) {
      await db.write((tx) => store.deleteParcel(tx, device, id));
    },
  };
}
