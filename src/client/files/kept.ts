/** Every file that this device knows: what the commits of messages have noted (noted.ts), read, filtered and sorted. */
import type { FileId } from '../../contract/files.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import type { Context } from '../context.ts';
import { findMessage, messageOf } from '../history.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { foldText } from '../search/fold.ts';
import { decodeStored, nullable, number, text } from '../stored.ts';
import { kindOfFile } from './kinds.ts';
import { idPrefix, NOTED_PREFIX, Noted, noteFiles, seriesPrefix } from './noted.ts';
import type { FileFilter, KeptFile } from './types.ts';
import type { FileView } from './view.ts';

/** Rises when what is noted changes: everything is noted anew from the history then. */
const INDEX_VERSION = 1;
const VERSION_KEY = 'v';
/** Messages that are looked at in one operation. */
const BATCH = 500;

/** When the server deletes a file, as it said last: `x/FILE`. */
const expiryKey = (id: FileId) => `x/${id}`;
const Expiry = nullable(number);

/** Keeps what the server has said of a file. False when it is nothing new. */
export async function noteExpiry(op: Operation, file: FileView, expiresAt: number | null): Promise<boolean> {
  const heard = await op.get('files', expiryKey(file.id));
  const known = heard === null ? file.expiresAt : decodeStored(Expiry, heard);
  if (known === expiresAt) return false;
  op.write('files', expiryKey(file.id), Expiry, expiresAt);
  return true;
}

/** Notes every file of the history where that was never done, such as by an older release. */
export async function ensureNoted(ctx: Context): Promise<void> {
  const version = await readRecord(ctx.storage, 'files', VERSION_KEY, number);
  if (version === INDEX_VERSION) return;
  for (let after = ''; ; ) {
    const last = await ctx.operate((op) => noteBatch(op, after));
    if (last === null) break;
    after = last;
  }
  await ctx.operate(async (op) => op.write('files', VERSION_KEY, number, INDEX_VERSION));
}

/** Gives the key of the last message that it looked at, or null at the end. */
async function noteBatch(op: Operation, after: string): Promise<string | null> {
  const page = await op.list('history', { prefix: 'm/', limit: BATCH, ...(after === '' ? {} : { after }) });
  for (const [, value] of page) noteFiles(op, messageOf(value));
  return page.length < BATCH ? null : (page.at(-1)?.[0] ?? null);
}

/** What stands under a prefix of the index, without order. */
async function readNoted(reads: Reads, prefix: string): Promise<readonly Noted[]> {
  const noted: Noted[] = [];
  for (const [, value] of await reads.list('files', { prefix })) noted.push(decodeStored(Noted, value));
  return noted;
}

/** Every version of a series that was said in this conversation. */
export async function readSeries(
  reads: Reads,
  conversation: ConversationId,
  series: FileId,
): Promise<readonly Noted[]> {
  const noted = await readNoted(reads, seriesPrefix(series));
  return noted.filter((each) => each.conversation === conversation);
}

/** Where a file was said, the last time first; in one conversation, or in any. */
export async function findNoted(
  reads: Reads,
  id: FileId,
  conversation?: ConversationId,
): Promise<readonly Noted[]> {
  const found = new Map<string, Noted>();
  for (const [key, value] of await reads.list('files', { prefix: idPrefix(id) })) {
    const message = key.slice(idPrefix(id).length);
    const at = `${NOTED_PREFIX}${decodeStored(text, value)}/${id}/${message}`;
    const noted = await readRecord(reads, 'files', at, Noted);
    if (noted !== null && (conversation === undefined || noted.conversation === conversation))
      found.set(at, noted);
  }
  return [...found.values()].sort((a, b) => b.sentAt - a.sentAt);
}

/** The file with its preview, as its message has it; null when that is gone. */
export async function wholeFile(reads: Reads, id: FileId, message: BodyId): Promise<FileView | null> {
  return (await findMessage(reads, message))?.files.find((file) => file.id === id) ?? null;
}

/**
 * The later version first. Two devices may say the same number at once: both are kept, and every device puts them into the same
 * order.
 */
export const laterVersion = (a: Noted, b: Noted): number =>
  b.file.version - a.file.version ||
  b.sentAt - a.sentAt ||
  compare(b.device, a.device) ||
  compare(b.message, a.message);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A series belongs to its conversation: what others say under its id elsewhere is no version of it. */
const placeOf = ({ conversation, file }: Noted) => `${conversation}/${file.series}`;

/** Files as they are shown, with which of them have a later version. */
export async function viewNoted(reads: Reads, noted: readonly Noted[]): Promise<readonly KeptFile[]> {
  const latest = new Map<string, Noted>();
  for (const each of noted) {
    const known = latest.get(placeOf(each));
    if (known === undefined || laterVersion(each, known) < 0) latest.set(placeOf(each), each);
  }
  const expiries = new Map(await reads.list('files', { prefix: 'x/' }));
  return noted.map((each) => {
    const { account, device, file, ...rest } = each;
    const heard = expiries.get(expiryKey(file.id));
    return {
      ...rest,
      sender: { account, device },
      file: heard === undefined ? file : { ...file, expiresAt: decodeStored(Expiry, heard) },
      superseded: latest.get(placeOf(each)) !== each,
    };
  });
}

/** The files that a filter asks for, without their previews, in its order. */
export async function listFiles(ctx: Context, filter: FileFilter = {}): Promise<readonly KeptFile[]> {
  await ensureNoted(ctx);
  const all = await viewNoted(ctx.storage, await readNoted(ctx.storage, NOTED_PREFIX));
  const terms = foldText(filter.query ?? '').split(' ');
  const { conversation, sender, kind, latest = true } = filter;
  const found = all.filter(
    (each) =>
      (conversation === undefined || each.conversation === conversation) &&
      (sender === undefined || each.sender.account === sender) &&
      (kind === undefined || kindOfFile(each.file) === kind) &&
      !(latest && each.superseded) &&
      saysAll(each.file.name, terms),
  );
  return inOrder(found, filter.sort ?? 'newest');
}

function inOrder(found: readonly KeptFile[], sort: NonNullable<FileFilter['sort']>): readonly KeptFile[] {
  const names = new Map(sort === 'name' ? found.map((each) => [each, foldText(each.file.name)]) : []);
  const byName = (a: KeptFile, b: KeptFile) => compare(names.get(a) ?? '', names.get(b) ?? '');
  const newest = (a: KeptFile, b: KeptFile) => b.sentAt - a.sentAt || compare(b.message, a.message);
  const orders = {
    newest,
    oldest: (a: KeptFile, b: KeptFile) => newest(b, a),
    name: (a: KeptFile, b: KeptFile) => byName(a, b) || newest(a, b),
    size: (a: KeptFile, b: KeptFile) => b.file.size - a.file.size || newest(a, b),
  };
  return [...found].sort(orders[sort]);
}

function saysAll(name: string, terms: readonly string[]): boolean {
  if (terms.length === 1 && terms[0] === '') return true;
  const folded = foldText(name);
  return terms.every((term) => folded.includes(term));
}
