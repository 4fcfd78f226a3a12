/** What of this device the backup lacks, as entries. */
import { bodyId } from '../../contract/bytes.ts';
import { type BodyId, isBodyId } from '../../contract/ids.ts';
import type { ArchiveEntry } from '../../protocol/archive.ts';
import type { BackupSegment } from '../../protocol/backup.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { choiceEntries } from '../archive/choices.ts';
import { archiveMessage, ENTRY, entryName, messageEntry, originalEntry } from '../archive/record.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findKept, findMessage } from '../history.ts';
import { readMarks } from '../messages/marks.ts';
import type { Operation, Reads } from '../operation.ts';
import { readOriginal } from '../originals.ts';
import { listChanged, noteChanged, noteSaved } from './changed.ts';
import { digestOf, readSaved, removeSaved } from './saved.ts';
import { noteErasure, readMemory, remember, nameOf as segmentName } from './state.ts';

/** Messages that one manifest adds, at most: their originals are some ten segments. */
const MESSAGES_PER_ROUND = 2000;

/** What is still on its way, and what stays closed, is nobody's history yet. */
const isSaid = ({ kind, status }: HistoryMessage): boolean =>
  kind !== 'unreadable' && status !== 'Sending' && status !== 'Failed';

async function entryOf(reads: Reads, id: BodyId): Promise<ArchiveEntry | null> {
  const message = await findKept(reads, id);
  if (message === null || message.id !== id || !isSaid(message)) return null;
  return messageEntry(archiveMessage(message, await readMarks(reads, id), null));
}

/** What this device has now of each thing that these entries are about, 16 bytes by its name; nothing for what it has not. */
export async function currentDigests(
  reads: Reads,
  ctx: Context,
  entries: readonly ArchiveEntry[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const isChoice = ({ kind }: ArchiveEntry) => kind !== ENTRY.message && kind !== ENTRY.original;
  const own = entries.some(isChoice) ? [...(await choiceEntries(reads, ctx))] : [];
  for (const { kind, id } of entries) {
    const entry = kind === ENTRY.message ? await entryOf(reads, bodyId(id)) : null;
    if (entry !== null) own.push(entry);
  }
  return new Map(own.map((entry) => [entryName(entry), digestOf(entry)]));
}

export interface Collected {
  /** Messages' states and choices. */
  readonly states: readonly ArchiveEntry[];
  readonly originals: readonly ArchiveEntry[];
  /** More messages wait than were looked at. */
  readonly more: boolean;
}

/** Entries that are to be saved, the oldest messages first. Forgets, in one commit, what need not be. */
export async function collectChanged(ctx: Context): Promise<Collected> {
  const { storage } = ctx;
  const ids = await listChanged(storage, MESSAGES_PER_ROUND);
  const states: ArchiveEntry[] = [];
  const originals: ArchiveEntry[] = [];
  const unchanged: BodyId[] = [];
  /** What is saved of them and counts no more. */
  const over: string[] = [];
  for (const id of ids) {
    const message = await findMessage(storage, id);
    const entry = await entryOf(storage, id);
    if (entry === null) {
      unchanged.push(id);
      if (message === null) over.push(nameOf(id), originalName(id));
      continue;
    }
    const isNew = !(await isSaved(storage, entry));
    const original = await originalOf(storage, id);
    const isOriginalNew = original !== null && !(await isSaved(storage, original));
    if (isNew) states.push(entry);
    if (isOriginalNew) originals.push(original);
    if (!isNew && !isOriginalNew) unchanged.push(id);
    if (isNew && isRewritten(message)) over.push(nameOf(id), originalName(id));
  }
  await ctx.operate(async (op) => {
    for (const id of unchanged) if (await isStill(op, id)) noteSaved(op, id);
    for (const name of over) await dropSaved(op, name);
  });
  return {
    states: [...states, ...(await changedChoices(ctx))],
    originals,
    more: ids.length === MESSAGES_PER_ROUND,
  };
}

const originalName = (id: BodyId): string => `${ENTRY.original}/${id}`;

async function isSaved(reads: Reads, entry: ArchiveEntry): Promise<boolean> {
  const saved = await readSaved(reads, entryName(entry));
  return saved !== null && equalBytes(saved.digest, digestOf(entry));
}

/** The words that are saved under this name are to leave the server. */
async function dropSaved(op: Operation, name: string): Promise<void> {
  const saved = await readSaved(op, name);
  if (saved === null) return;
  noteErasure(op, saved.segment);
  removeSaved(op, name);
  if (name.startsWith(ENTRY.message)) await remember(op, { here: (await readMemory(op)).here - 1 });
}

const nameOf = (id: BodyId): string => `${ENTRY.message}/${id}`;

/** Whether what is there now is still what needs no saving. */
async function isStill(reads: Reads, id: BodyId): Promise<boolean> {
  const entry = await entryOf(reads, id);
  const saved = await readSaved(reads, nameOf(id));
  return entry === null || (saved !== null && equalBytes(saved.digest, digestOf(entry)));
}

/** Its words before are to leave the server: it was taken back, or has other ones now. */
const isRewritten = (message: HistoryMessage | null): boolean =>
  message !== null && (message.kind === 'deleted' || message.editedAt !== null);

async function originalOf(reads: Reads, id: BodyId): Promise<ArchiveEntry | null> {
  const original = await readOriginal(reads, id);
  if (original === null) return null;
  const { header, content, signature } = original;
  return originalEntry(id, { header, content, signature });
}

/** Choices that are other ones here than when this device last looked, and than the backup has. */
async function changedChoices(ctx: Context): Promise<readonly ArchiveEntry[]> {
  const changed: ArchiveEntry[] = [];
  for (const entry of await choiceEntries(ctx.storage, ctx)) {
    const digest = digestOf(entry);
    const saved = await readSaved(ctx.storage, entryName(entry));
    if (saved === null || (!equalBytes(saved.own, digest) && !equalBytes(saved.digest, digest)))
      changed.push(entry);
  }
  return changed;
}

const PAGE = 1000;

/**
 * Marks everything that is here and not saved: of devices from before there was a backup, and of segments that are gone from
 * the manifest without a later one that stands for their entries.
 */
export async function sweepSaved(ctx: Context, segments: readonly BackupSegment[]): Promise<void> {
  const named = new Set(segments.map(segmentName));
  let here = 0;
  await eachPage(ctx, 'backup', 'i/', (op, keys) =>
    inTurn(keys, async (key) => {
      const name = key.slice(2);
      const saved = await readSaved(op, name);
      if (saved === null || !named.has(saved.segment)) removeSaved(op, name);
      else if (name.startsWith(ENTRY.message)) here++;
    }),
  );
  await eachPage(ctx, 'history', 'i/', (op, keys) =>
    inTurn(keys, async (key) => {
      const id = key.slice(2);
      if (isBodyId(id) && (await readSaved(op, nameOf(id))) === null) noteChanged(op, id);
    }),
  );
  await ctx.operate((op) => remember(op, { swept: true, here }));
}

async function inTurn(keys: readonly string[], work: (key: string) => Promise<void>): Promise<void> {
  for (const key of keys) await work(key);
}

async function eachPage(
  ctx: Context,
  store: 'backup' | 'history',
  prefix: string,
  work: (op: Operation, keys: readonly string[]) => Promise<void>,
): Promise<void> {
  for (let after = prefix; ; ) {
    const page = await ctx.storage.list(store, { prefix, limit: PAGE, after });
    const keys = page.map(([key]) => key);
    if (keys.length > 0) await ctx.operate((op) => work(op, keys));
    after = keys.at(-1) ?? after;
    if (page.length < PAGE) return;
  }
}
