/**
 * The private halves of this device's prekeys. `signed/ID` is kept 21 days after a newer one replaced it; `once/ID` is
 * deleted by the commit that opens the first message sealed to it (PROTOCOL 3, 5).
 */
import type { PrekeySecret } from '../protocol/prekeys.ts';
import type { Change } from './ports.ts';
import { bytes, encodeStored, nullable, number, type Of, record } from './stored.ts';

/** Store `prekeys`. */
export const StoredPrekey = record({
  id: number,
  x25519: bytes,
  /** ML-KEM-768 seed, 64 bytes. */
  kem: bytes,
  /** Epoch milliseconds. */
  created: number,
  /** When a newer signed prekey took its place; null for the current one and for one-time keys. */
  replacedAt: nullable(number),
});
export type StoredPrekey = Of<typeof StoredPrekey>;

/** Key of a prekey: its kind, then its id in hexadecimal, so that the newest sorts last. */
export function prekeyKey(kind: 'signed' | 'once', id: number): string {
  return `${kind}/${id.toString(16).padStart(12, '0')}`;
}

/** The changes that store new private halves. */
export function ownPrekeyChanges(
  signed: PrekeySecret | null,
  oneTime: readonly PrekeySecret[],
  now: number,
): Change[] {
  const change = (kind: 'signed' | 'once', secret: PrekeySecret): Change => ({
    store: 'prekeys',
    key: prekeyKey(kind, secret.id),
    value: encodeStored(StoredPrekey, {
      id: secret.id,
      x25519: secret.x25519,
      kem: secret.kem,
      created: secret.created || now,
      replacedAt: null,
    }),
  });
  return [
    ...(signed === null ? [] : [change('signed', signed)]),
    ...oneTime.map((secret) => change('once', secret)),
  ];
}
