/** Payloads by kind (PROTOCOL 6). Each is its own record, so one kind's bytes never decode as another's [R3]. */

/** A codec of one kind's payload. `decode` throws E_FORMAT, `encode` E_LIMIT or E_FORMAT. */
export interface Payload<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

export interface TextPayload {
  readonly text: string;
  /** Body id of the message it answers, 16 B, or null. */
  readonly replyTo: Uint8Array | null;
}
/** What travels in a `kx` message: nothing (a sign of life), an encapsulation key, or its answer. */
export type KxPayload =
  | { readonly type: 'empty'; readonly epoch: number }
  | { readonly type: 'offer'; readonly epoch: number; readonly key: Uint8Array }
  | {
      readonly type: 'answer';
      readonly epoch: number;
      /** H of the encapsulation key that it answers, 32 B. */
      readonly keyHash: Uint8Array;
      readonly ciphertext: Uint8Array;
    };
export interface ReceiptPayload {
  readonly conversation: Uint8Array;
  /** Body ids that were read, 16 B each, 1 to 256. */
  readonly bodies: readonly Uint8Array[];
  readonly readAt: number;
}
export interface ResendPayload {
  /** Body ids that could not be opened, 16 B each, 1 to 64. */
  readonly bodies: readonly Uint8Array[];
}
/** The original of a message, for one recipient again: verify it with openOriginal (message.ts). */
export interface HistoryPayload {
  /** The original body header, content and signature, byte for byte. */
  readonly header: Uint8Array;
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}
/** For one's own devices. */
export interface SyncPayload {
  readonly readMarks: readonly {
    readonly conversation: Uint8Array;
    /** Last message read, 16 B. */
    readonly body: Uint8Array;
    readonly readAt: number;
  }[];
  readonly settings: readonly {
    readonly name: string;
    readonly value: Uint8Array;
    readonly changedAt: number;
  }[];
}

const unfinished = <T>(): Payload<T> => ({
  encode: () => {
    throw new Error('unfinished');
  },
  decode: () => {
    throw new Error('unfinished');
  },
});
export const textPayload: Payload<TextPayload> = unfinished();
export const kxPayload: Payload<KxPayload> = unfinished();
export const receiptPayload: Payload<ReceiptPayload> = unfinished();
export const resendPayload: Payload<ResendPayload> = unfinished();
export const historyPayload: Payload<HistoryPayload> = unfinished();
export const syncPayload: Payload<SyncPayload> = unfinished();
