/** What a person says in a message: words, files, or both. On the wire two kinds, `text` and `file`; here one. */
import { type FileManifest, filePayload } from '../protocol/file-manifest.ts';
import { textPayload } from '../protocol/payload.ts';

export interface Said {
  readonly text: string;
  /** Body id of the message it answers, 16 bytes. */
  readonly replyTo: Uint8Array | null;
  /** Seconds; null for what stays. */
  readonly timer: number | null;
  /** At most MAX_MESSAGE_FILES. */
  readonly files: readonly FileManifest[];
}

/** Null for a message of another kind. @throws ProtocolError E_FORMAT */
export function readSaid(kind: string, payload: Uint8Array): Said | null {
  if (kind === 'file') return filePayload.decode(payload);
  return kind === 'text' ? { ...textPayload.decode(payload), files: [] } : null;
}

/** The kind and payload that say it. @throws ProtocolError E_FORMAT */
export function sayIt({ files, ...words }: Said): {
  readonly kind: 'text' | 'file';
  readonly payload: Uint8Array;
} {
  if (files.length === 0) return { kind: 'text', payload: textPayload.encode(words) };
  return { kind: 'file', payload: filePayload.encode({ ...words, files }) };
}
