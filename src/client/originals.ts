/**
 * Messages of a conversation exactly as their device signed them, for message details, exports, and handing history on. Store
 * `history`: `o/ID` is `u16be(length of the signature) || header 120 || signature || content`; what this device sent itself is in `s/ID` (sent.ts). An
 * edited message has the original of its newest edit in this place: it is what proves the words that are shown.
 */
import { bodyId } from '../contract/bytes.ts';
import type { BodyId } from '../contract/ids.ts';
import { BODY_HEADER_BYTES } from '../protocol/body-header.ts';
import { concat, Reader, u16be } from '../protocol/codec.ts';
import { editPayload } from '../protocol/marks.ts';
import { type OpenedBody, openOriginal } from '../protocol/message.ts';
import type { HistoryPayload } from '../protocol/payload.ts';
import { messageExtraKey } from './archive/extras.ts';
import { type FileView, viewFile } from './files/view.ts';
import type { Operation, Reads } from './operation.ts';
import { readSaid } from './said.ts';
import { readSent, removeSent } from './sent.ts';

/** Body header 120 B, content, and signature (3,373 B, of suite 1 64 B): what verifyBody needs beside the device's key. */
export type Original = HistoryPayload;

const key = (id: BodyId) => `o/${id}`;

/** The original behind what is shown under this id, received or sent; null for a notice, a deleted message, a forgotten one. */
export async function readOriginal(reads: Reads, id: BodyId): Promise<Original | null> {
  const kept = await reads.get('history', key(id));
  if (kept === null) return readSent(reads, id);
  const reader = new Reader(kept);
  const length = reader.u16();
  const header = reader.fixed(BODY_HEADER_BYTES);
  const signature = reader.fixed(length);
  return { header, signature, content: reader.rest() };
}

/** Keeps the original behind what is shown under this id, in place of the one before. */
export function writeOriginal(op: Operation, id: BodyId, { header, signature, content }: Original): void {
  op.writeBytes('history', key(id), concat(u16be(signature.length), header, signature, content));
}

/** Forgets it, what would give the message again, and what a file has brought with it. */
export function removeOriginal(op: Operation, id: BodyId): void {
  op.remove('history', key(id));
  op.remove('history', messageExtraKey(id));
  removeSent(op, id);
}

/** The original of what was opened; null for what carries no signature. */
export const originalOf = ({ headerBytes, contentBytes, signature }: OpenedBody): Original | null =>
  signature === null ? null : { header: headerBytes, content: contentBytes, signature };

/** The words that an original proves, and of which message; its signature is the caller's to verify. */
export interface SignedWords {
  readonly opened: OpenedBody;
  /** The message that has these words: the original's own id, or the target of an edit. */
  readonly id: BodyId;
  readonly text: string;
  /** An edit names no reply, no timer and no files: those of the message stay. */
  readonly about: null | {
    readonly replyTo: BodyId | null;
    readonly timer: number | null;
    readonly files: readonly FileView[];
  };
}

/**
 * Null for an original of another kind.
 * @param open `openArchived` where older suites may be
 * @throws ProtocolError E_FORMAT, E_SUITE
 */
export function readWords(original: Original, open = openOriginal): SignedWords | null {
  const opened = open(original);
  const { kind, payload } = opened.content;
  if (kind === 'edit') {
    const { target, text } = editPayload.decode(payload);
    return { opened, id: bodyId(target), text, about: null };
  }
  const said = readSaid(kind, payload);
  if (said === null) return null;
  const { text, replyTo, timer, files } = said;
  const about = { replyTo: replyTo && bodyId(replyTo), timer, files: files.map(viewFile) };
  return { opened, id: bodyId(opened.header.bodyId), text, about };
}
