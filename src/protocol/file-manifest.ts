/**
 * What the signed content of a `file` message says of its files (protocol/README 7, "Files"): everything needed to
 * fetch, open and show them.
 */
import { Reader, Writer } from './codec.ts';
import { MAX_CONTENT_BYTES } from './content.ts';
import { malformed } from './errors.ts';
import { MAX_MANIFEST_FILE_BYTES } from './file.ts';
import type { Payload } from './payload.ts';
import { bytes, fixed, optional, type RecordOf, record, text, u16, u32, u64 } from './record.ts';

/** Files of one message, at most. */
export const MAX_MESSAGE_FILES = 10;
/** Bytes of a name and of a type, in UTF-8. */
export const FILE_LIMITS = { nameBytes: 255, typeBytes: 64, previewBytes: 24 * 1024 } as const;

export const manifestRecord = record(104, 'file manifest', {
  /** Names the file at the relay, and stands in every chunk's place. */
  id: fixed(16),
  key: fixed(32),
  name: text(FILE_LIMITS.nameBytes),
  /** As it was sniffed from the first bytes, of the allow-list; empty for any other. */
  type: text(FILE_LIMITS.typeBytes),
  size: u64,
  /** See fileRoot and fileCommitment (file.ts). */
  root: fixed(32),
  commitment: fixed(32),
  /** Id of the first version; its own for that one. */
  series: fixed(16),
  /** From 1. */
  version: u32,
  /** A small picture of it, or its first words, by type. */
  previewType: text(FILE_LIMITS.typeBytes),
  preview: optional(bytes(FILE_LIMITS.previewBytes)),
  /** Of a picture or a film, in pixels. */
  width: optional(u16),
  height: optional(u16),
  /** Of a sound or a film, in milliseconds. */
  duration: optional(u32),
  /** When the server deletes it, epoch milliseconds. */
  expiresAt: optional(u64),
});
export type FileManifest = RecordOf<typeof manifestRecord>;

export interface FilePayload {
  /** What is said with them; may be empty. */
  readonly text: string;
  /** Body id of the message it answers, 16 B, or null. */
  readonly replyTo: Uint8Array | null;
  /** Seconds, at least 1, after which every device forgets it; null for one that stays. */
  readonly timer: number | null;
  /** 1 to 10. */
  readonly files: readonly FileManifest[];
}

const fileRecord = record(103, 'file', {
  text: text(MAX_CONTENT_BYTES),
  replyTo: optional(fixed(16)),
  timer: optional(u32),
  files: bytes(MAX_CONTENT_BYTES),
});

export const filePayload: Payload<FilePayload> = {
  encode: ({ files, timer, ...rest }) => {
    const joined = checked(files).reduce(
      (writer, file) => writer.lp(manifestRecord.encode(file)),
      new Writer(),
    );
    return fileRecord.encode({ ...rest, timer: lasting(timer), files: joined.finish() });
  },
  decode: (encoded) => {
    const { files: joined, ...rest } = fileRecord.decode(encoded);
    const reader = new Reader(joined);
    const files: FileManifest[] = [];
    while (reader.left > 0) files.push(manifestRecord.decode(reader.lp(MAX_CONTENT_BYTES)));
    return { ...rest, timer: lasting(rest.timer), files: checked(files) };
  },
};

function lasting(timer: number | null): number | null {
  if (timer === 0) throw malformed('a timer of no time');
  return timer;
}

/** A manifest as it may stand in a message or a link. @throws E_FORMAT */
export function checkManifest(file: FileManifest): FileManifest {
  if (file.size > MAX_MANIFEST_FILE_BYTES) throw malformed('a file that is too large');
  if (file.version === 0) throw malformed('a version before the first');
  if (file.name === '') throw malformed('a file without a name');
  return file;
}

function checked(files: readonly FileManifest[]): readonly FileManifest[] {
  if (files.length === 0 || files.length > MAX_MESSAGE_FILES) throw malformed('no files, or too many');
  for (const file of files) checkManifest(file);
  const ids = new Set(files.map(({ id }) => id.toHex()));
  if (ids.size !== files.length) throw malformed('one file twice');
  return files;
}
