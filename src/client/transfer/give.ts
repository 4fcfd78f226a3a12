/**
 * Makes a parcel of this device's history, part by part, the newest messages first: each part is on the server and noted here
 * before the next begins, so a stop costs one part. Its key goes to the other device alone, over their session.
 */
import { fromHex } from '../../contract/bytes.ts';
import { isBodyId } from '../../contract/ids.ts';
import type { ParcelId } from '../../contract/parcels.ts';
import {
  type ArchiveEntry,
  encodeEntry,
  entryLength,
  joinEntries,
  MAX_BLOB_CONTENT_BYTES,
  sealBlob,
} from '../../protocol/archive.ts';
import { parcelPayload } from '../../protocol/parcel.ts';
import { choiceEntries } from '../archive/choices.ts';
import { archiveMessage, messageEntry, originalEntry } from '../archive/record.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { queueErrand } from '../errands.ts';
import { messageOf, timeOf } from '../history.ts';
import { readMarks } from '../messages/marks.ts';
import type { Reads } from '../operation.ts';
import { readOriginal } from '../originals.ts';
import { partPlace } from './part.ts';
import {
  type Giving,
  readGiving,
  readTransfer,
  removeUnderWay,
  writeGiving,
  writeTransfer,
} from './stored.ts';
import { MAX_GIVEN } from './types.ts';

/** Messages that are read at once. */
const PAGE = 100;

/** Goes on until it is given. Throws TransportFailed or TransportRefused; what is done stays done. */
export async function give(ctx: Context, id: ParcelId): Promise<void> {
  for (let giving = await readGiving(ctx.storage, id); giving !== null; ) {
    const filled = await fill(ctx, giving);
    if (filled.entries > 0) {
      const sealed = await sealBlob(
        ctx.crypto,
        partPlace(giving.to.account, giving, giving.part),
        joinEntries(filled.encoded),
      );
      await ctx.transport.putParcelPart(giving, giving.part, giving.to.device, sealed);
    }
    const next: Giving = {
      ...giving,
      part: giving.part + (filled.entries > 0 ? 1 : 0),
      before: filled.before,
      messages: giving.messages + filled.messages,
    };
    giving = filled.before === null ? await finish(ctx, next) : await note(ctx, next);
  }
}

async function note(ctx: Context, next: Giving): Promise<Giving | null> {
  return ctx.operate(async (op) => {
    // Called off meanwhile.
    if ((await readGiving(op, next.id)) === null) return null;
    writeGiving(op, next);
    const transfer = await readTransfer(op, next.id);
    if (transfer !== null) writeTransfer(op, { ...transfer, messages: next.messages });
    return next;
  });
}

async function finish(ctx: Context, { id, to, key, part, messages }: Giving): Promise<null> {
  await ctx.operate(async (op) => {
    if ((await readGiving(op, id)) === null) return;
    removeUnderWay(op, 'give', id);
    const payload = parcelPayload.encode({ id: fromHex(id), key, parts: part, entries: messages });
    await queueErrand(op, ctx, { to: [to], kind: 'parcel', payload });
    const transfer = await readTransfer(op, id);
    if (transfer !== null) writeTransfer(op, { ...transfer, state: 'done', messages });
  });
  return null;
}

interface Filled {
  readonly encoded: readonly Uint8Array[];
  readonly entries: number;
  readonly messages: number;
  /** Where the next part begins; null when there is nothing more. */
  readonly before: string | null;
}

/** As many messages as one part holds. */
async function fill(ctx: Context, giving: Giving): Promise<Filled> {
  const encoded: Uint8Array[] = [];
  let bytes = 0;
  let messages = 0;
  let before = giving.before;
  const add = (entries: readonly ArchiveEntry[]): boolean => {
    const more = entries.map(encodeEntry);
    const length = more.reduce((sum, entry) => sum + entryLength(entry), 0);
    if (bytes + length > MAX_BLOB_CONTENT_BYTES) return false;
    bytes += length;
    encoded.push(...more);
    return true;
  };
  if (giving.conversation === null && giving.part === 0 && giving.before === null) {
    add(await choiceEntries(ctx.storage, ctx));
  }
  for (;;) {
    const prefix = giving.conversation === null ? 'm/' : `m/${giving.conversation}/`;
    const page = await ctx.storage.list('history', {
      prefix,
      reverse: true,
      limit: PAGE,
      ...(before === null ? {} : { before }),
    });
    for (const [key, value] of page) {
      const message = messageOf(value);
      const isOver =
        giving.conversation !== null &&
        (timeOf(message.order) < giving.since || giving.messages + messages >= MAX_GIVEN);
      if (isOver) return { encoded, entries: encoded.length, messages, before: null };
      const entries = await entriesOf(ctx.storage, message, giving.conversation === null);
      if (entries.length > 0 && !add(entries)) return { encoded, entries: encoded.length, messages, before };
      if (entries.length > 0) messages++;
      before = key;
    }
    if (page.length < PAGE) return { encoded, entries: encoded.length, messages, before: null };
  }
}

/** Others are given what its sender has signed and nothing else: their device looks at the signatures. */
async function entriesOf(
  reads: Reads,
  message: HistoryMessage,
  isOwn: boolean,
): Promise<readonly ArchiveEntry[]> {
  if (!isBodyId(message.id) || message.status === 'Sending' || message.status === 'Failed') return [];
  const original = message.kind === 'deleted' ? null : await readOriginal(reads, message.id);
  if (!isOwn && (message.kind !== 'text' || original === null)) return [];
  const marks = isOwn ? await readMarks(reads, message.id) : null;
  const archived = archiveMessage(message, marks, original);
  const shown = isOwn ? archived : { ...archived, reactions: [], pinned: false, status: null, note: null };
  const entries = [messageEntry(shown)];
  return original === null ? entries : [...entries, originalEntry(message.id, original)];
}
