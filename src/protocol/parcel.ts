/**
 * History on its way from one device to another (class 2): `ask` wants it, `parcel` says where it lies and gives its key,
 * `transfer` is the exchange behind the six words that two devices of one person compare. Which answer is allowed is the
 * client's to decide, by the signed roster (protocol/README 7, "History for others") or by the person.
 */
import { malformed } from './errors.ts';
import type { Payload } from './payload.ts';
import { fixed, record, u8, u32, u64 } from './record.ts';

/** Kind `ask`: whoever is asked gives what the conversation's roster allows, in a parcel of this id. */
export interface AskPayload {
  /** 16 B, random. */
  readonly id: Uint8Array;
  /** 32 B. */
  readonly conversation: Uint8Array;
}
export const askPayload: Payload<AskPayload> = record(100, 'ask', { id: fixed(16), conversation: fixed(32) });

/** Kind `parcel`: the answer. The server holds its parts, each a blob under `key` (archive.ts). */
export interface ParcelPayload {
  /** 16 B, of the ask or the transfer. */
  readonly id: Uint8Array;
  /** 32 B. */
  readonly key: Uint8Array;
  /** 0 when there is nothing to give. */
  readonly parts: number;
  /** Entries in all of them. */
  readonly entries: number;
}
export const parcelPayload: Payload<ParcelPayload> = record(101, 'parcel', {
  id: fixed(16),
  key: fixed(32),
  parts: u32,
  entries: u64,
});

/**
 * Kind `transfer`, between two devices of one account: `begin` commits to a nonce (its hash), `answer` is the other side's
 * nonce, `reveal` the first one's, and `end` calls it off. So neither side, nor a server between them, can choose the words.
 */
const TRANSFER_STEPS = ['begin', 'answer', 'reveal', 'end'] as const;
export interface TransferPayload {
  /** 16 B, random, chosen by the one who begins. */
  readonly id: Uint8Array;
  readonly step: (typeof TRANSFER_STEPS)[number];
  /** 32 B: H(nonce), a nonce, or zeros. */
  readonly value: Uint8Array;
}
const stepRecord = record(102, 'transfer', { id: fixed(16), step: u8, value: fixed(32) });
export const transferPayload: Payload<TransferPayload> = {
  encode: ({ id, step, value }) => stepRecord.encode({ id, step: TRANSFER_STEPS.indexOf(step), value }),
  decode: (encoded) => {
    const { id, step, value } = stepRecord.decode(encoded);
    const name = TRANSFER_STEPS[step];
    if (name === undefined) throw malformed('a step that is none');
    return { id, step: name, value };
  },
};
