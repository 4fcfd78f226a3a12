/** Payloads by kind (protocol/README 7). Each is its own record, so one kind's bytes never decode as another's [R3]. */
import { BODY_HEADER_BYTES } from './body-header.ts';
import { Reader, Writer } from './codec.ts';
import { MAX_CONTENT_BYTES } from './content.ts';
import { KEM_CIPHERTEXT_BYTES } from './envelope.ts';
import { malformed } from './errors.ts';
import { SIGNATURE_BYTES } from './identity.ts';
import { bytes, fixed, list, optional, type RecordCodec, record, text, u32, u64 } from './record.ts';

/** A codec of one kind's payload; both ways throw E_FORMAT. */
export interface Payload<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

export interface TextPayload {
  readonly text: string;
  /** Body id of the message it answers, 16 B, or null. */
  readonly replyTo: Uint8Array | null;
  /** Seconds, at least 1, after which every device forgets it; null for one that stays. */
  readonly timer: number | null;
}

const lastingText = record(80, 'text', {
  text: text(MAX_CONTENT_BYTES),
  replyTo: optional(fixed(16)),
});
/** A record of its own, so that a release which knows no timers refuses it instead of keeping it. */
const passingText = record(93, 'text that disappears', {
  text: text(MAX_CONTENT_BYTES),
  replyTo: optional(fixed(16)),
  timer: u32,
});
export const textPayload: Payload<TextPayload> = {
  encode: ({ text, replyTo, timer }) =>
    timer === null
      ? lastingText.encode({ text, replyTo })
      : passingText.encode({ text, replyTo, timer: lasting(timer) }),
  decode: (encoded) => {
    if (encoded[0] !== passingText.type) return { ...lastingText.decode(encoded), timer: null };
    const { timer, ...said } = passingText.decode(encoded);
    return { ...said, timer: lasting(timer) };
  },
};

function lasting(seconds: number): number {
  if (seconds === 0) throw malformed('a timer of nothing');
  return seconds;
}

/** What travels in a `kx` message: nothing (a sign of life), an encapsulation key, or its answer. */
export type KxPayload =
  | { readonly type: 'empty'; readonly epoch: number }
  /** Encapsulation key, 1,184 B. */
  | { readonly type: 'offer'; readonly epoch: number; readonly key: Uint8Array }
  | {
      readonly type: 'answer';
      readonly epoch: number;
      /** H of the encapsulation key that it answers, 32 B. */
      readonly keyHash: Uint8Array;
      /** 1,088 B. */
      readonly ciphertext: Uint8Array;
    };

const kxRecord = record(81, 'kx', {
  epoch: u32,
  key: optional(fixed(1184)),
  keyHash: optional(fixed(32)),
  ciphertext: optional(fixed(KEM_CIPHERTEXT_BYTES)),
});
export const kxPayload: Payload<KxPayload> = {
  encode: (value) =>
    kxRecord.encode({
      epoch: value.epoch,
      key: value.type === 'offer' ? value.key : null,
      keyHash: value.type === 'answer' ? value.keyHash : null,
      ciphertext: value.type === 'answer' ? value.ciphertext : null,
    }),
  decode: (encoded) => {
    const { epoch, key, keyHash, ciphertext } = kxRecord.decode(encoded);
    if (key !== null && keyHash === null && ciphertext === null) return { type: 'offer', epoch, key };
    if (key === null && keyHash !== null && ciphertext !== null)
      return { type: 'answer', epoch, keyHash, ciphertext };
    if (key === null && keyHash === null && ciphertext === null) return { type: 'empty', epoch };
    throw malformed('a kx that both asks and answers');
  },
};

export interface ReceiptPayload {
  /** 32 B. */
  readonly conversation: Uint8Array;
  /** Body ids that were read, 16 B each, 1 to 256. */
  readonly bodies: readonly Uint8Array[];
  /** Reader's clock, epoch ms. */
  readonly readAt: number;
}
export const receiptPayload: Payload<ReceiptPayload> = atLeastOne(
  record(82, 'receipt', { conversation: fixed(32), bodies: list(16, 256), readAt: u64 }),
);

export interface ResendPayload {
  /** Body ids that could not be opened, 16 B each, 1 to 64. */
  readonly bodies: readonly Uint8Array[];
}
export const resendPayload: Payload<ResendPayload> = atLeastOne(
  record(83, 'resend', { bodies: list(16, 64) }),
);

/** The original of a message, for one recipient again: openOriginal and verifyBody (message.ts) check it. */
export interface HistoryPayload {
  /** The original body header (120 B), content and signature (3,373 B), byte for byte. */
  readonly header: Uint8Array;
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}
export const historyPayload: Payload<HistoryPayload> = record(84, 'history', {
  header: fixed(BODY_HEADER_BYTES),
  content: bytes(MAX_CONTENT_BYTES),
  signature: fixed(SIGNATURE_BYTES),
});

/** What a conversation is called and looks like; absent fields stay as they are. The newest wins, field by field. */
export interface StatePayload {
  readonly name: string | null;
  readonly topic: string | null;
  /** A small image, sealed like every word: up to 32 KiB; empty takes it away. */
  readonly picture: Uint8Array | null;
  /** Messages disappear after so many seconds; 0 is never. */
  readonly timer: number | null;
  /** For words that are said again: who said each first, and when: `sentAt u64 || device 16`; null for this message. */
  readonly nameSaid: Uint8Array | null;
  readonly topicSaid: Uint8Array | null;
  readonly timerSaid: Uint8Array | null;
  /** Files are deleted at the server after so many days, unless their sender says otherwise; 0 is what the workspace says. */
  readonly fileDays: number | null;
  readonly fileDaysSaid: Uint8Array | null;
}
/** Characters and bytes of a conversation's own words, at most. */
export const STATE_LIMITS = { nameBytes: 256, topicBytes: 2048, pictureBytes: 32 * 1024 } as const;
export const statePayload: Payload<StatePayload> = record(88, 'state', {
  name: optional(text(STATE_LIMITS.nameBytes)),
  topic: optional(text(STATE_LIMITS.topicBytes)),
  picture: optional(bytes(STATE_LIMITS.pictureBytes)),
  timer: optional(u32),
  nameSaid: optional(fixed(24)),
  topicSaid: optional(fixed(24)),
  timerSaid: optional(fixed(24)),
  fileDays: optional(u32),
  fileDaysSaid: optional(fixed(24)),
});

/** For one's own devices. */
export interface SyncPayload {
  readonly readMarks: readonly ReadMark[];
  readonly settings: readonly Setting[];
}
export interface ReadMark {
  /** 32 B. */
  readonly conversation: Uint8Array;
  /** Last message read, 16 B. */
  readonly body: Uint8Array;
  readonly readAt: number;
}
export interface Setting {
  /** Up to 64 B of UTF-8. */
  readonly name: string;
  /** Up to 4 KiB. */
  readonly value: Uint8Array;
  readonly changedAt: number;
}

const markRecord = record(86, 'read mark', { conversation: fixed(32), body: fixed(16), readAt: u64 });
const settingRecord = record(87, 'setting', { name: text(64), value: bytes(4096), changedAt: u64 });
const syncRecord = record(85, 'sync', {
  readMarks: bytes(MAX_CONTENT_BYTES),
  settings: bytes(MAX_CONTENT_BYTES),
});
export const syncPayload: Payload<SyncPayload> = {
  encode: ({ readMarks, settings }) =>
    syncRecord.encode({ readMarks: join(markRecord, readMarks), settings: join(settingRecord, settings) }),
  decode: (encoded) => {
    const { readMarks, settings } = syncRecord.decode(encoded);
    return { readMarks: split(markRecord, readMarks), settings: split(settingRecord, settings) };
  },
};

/** lp(record) after lp(record). */
function join<T>(codec: RecordCodec<T>, items: readonly T[]): Uint8Array {
  return items.reduce((writer, item) => writer.lp(codec.encode(item)), new Writer()).finish();
}

function split<T>(codec: RecordCodec<T>, joined: Uint8Array): readonly T[] {
  const reader = new Reader(joined);
  const items: T[] = [];
  while (reader.left > 0) items.push(codec.decode(reader.lp(MAX_CONTENT_BYTES)));
  return items;
}

function atLeastOne<T extends { readonly bodies: readonly Uint8Array[] }>(codec: Payload<T>): Payload<T> {
  const check = (value: T) => {
    if (value.bodies.length === 0) throw malformed('it names no message');
    return value;
  };
  return { encode: (value) => codec.encode(check(value)), decode: (encoded) => check(codec.decode(encoded)) };
}
