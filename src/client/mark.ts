/**
 * How far this device has gone, noted outside its storage too: a note that is ahead tells that the storage was put back to an
 * older state (put-back.ts; R21, R30). Store `meta`, `sealed`: sealings so far; store `replay`, `own/CONVERSATION`: a place
 * that only the note knew.
 */
import { isConversationId, isDeviceId } from '../contract/ids.ts';
import type { Context } from './context.ts';
import type { StoredConversation } from './conversations.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { bytes, decodeStored, encodeStored, list, number, type Of, record, word } from './stored.ts';

/** The last message of this device in a conversation. */
const Place = record({ seq: number, hash: bytes });
const Mark = record({
  device: word(isDeviceId),
  sealed: number,
  own: list(record({ conversation: word(isConversationId), seq: number, hash: bytes })),
});
export type Mark = Of<typeof Mark>;

/** A message of a conversation as the note keeps it; `hash` is its content hash, 32 bytes. */
export type Said = Mark['own'][number];

/**
 * Counts a sealing; call it in the operation that seals. The note follows the commit, and ciphertext leaves after both: so
 * a note that is ahead of the storage always means that the storage went back, whatever crashed.
 */
export async function noteSealing(op: Operation, ctx: Context, said: Said | null = null): Promise<void> {
  const sealed = ((await readRecord(op, 'meta', 'sealed', number)) ?? 0) + 1;
  op.write('meta', 'sealed', number, sealed);
  op.committed.push(async () => {
    const before = (await readMark(ctx))?.own ?? [];
    const others = before.filter(({ conversation }) => conversation !== said?.conversation);
    await writeMark(ctx, {
      device: ctx.self.device,
      sealed,
      own: said === null ? before : [...others, said],
    });
  });
}

/** Whether there is no note yet, or one that is ahead: then put-back.ts looks again, under the lock. */
export async function mayBePutBack(ctx: Context): Promise<boolean> {
  const mark = await readMark(ctx);
  return mark === null || mark.sealed > ((await readRecord(ctx.storage, 'meta', 'sealed', number)) ?? 0);
}

/** Keeps a place that only the note knew. */
export function writePlace(op: Operation, { conversation, ...place }: Said): void {
  op.write('replay', `own/${conversation}`, Place, place);
}

/** The place of this device's next message in a conversation. */
export async function nextPlace(
  reads: Reads,
  { id, ownSeq, ownHash }: StoredConversation,
): Promise<{ readonly seq: number; readonly previous: Uint8Array }> {
  const noted = await readRecord(reads, 'replay', `own/${id}`, Place);
  const last = noted !== null && noted.seq > ownSeq ? noted : { seq: ownSeq, hash: ownHash };
  return { seq: last.seq + 1, previous: last.hash };
}

/** The note of this device; null when there is none, or one of another device or release. */
export async function readMark({ note, self }: Context): Promise<Mark | null> {
  const text = (await note?.read().catch(() => null)) ?? null;
  if (text === null) return null;
  try {
    const mark = decodeStored(Mark, new TextEncoder().encode(text));
    return mark.device === self.device ? mark : null;
  } catch {
    return null;
  }
}

/** A note that cannot be written keeps no message back: it only sees less. */
export async function writeMark({ note }: Context, mark: Mark): Promise<void> {
  await note?.write(new TextDecoder().decode(encodeStored(Mark, mark))).catch(() => {});
}
