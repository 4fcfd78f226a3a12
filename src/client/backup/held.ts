/** Entries of conversations that are not known here yet: store `backup`, `h/CONVERSATION/NAME`, until they are. */
import { bodyId, conversationId } from '../../contract/bytes.ts';
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import { type ArchiveEntry, encodeEntry, joinEntries, splitEntries } from '../../protocol/archive.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { openOriginal } from '../../protocol/message.ts';
import { applyMessages, applyOriginals } from '../archive/apply.ts';
import { applyChoice } from '../archive/choices.ts';
import { ENTRY, entryName, readMessageEntry, readOriginalEntry } from '../archive/record.ts';
import type { Context } from '../context.ts';
import { readConversation } from '../conversations.ts';
import { syncRoster } from '../groups/sync.ts';
import { TransportRefused } from '../ports.ts';

const PREFIX = 'h/';
/** Entries that are tried in one go. */
const STEP = 100;
/** Sorts after every name within a conversation, and before the next conversation. */
const PAST = '0';

function conversationOf(entry: ArchiveEntry): ConversationId {
  if (entry.kind === ENTRY.message) return readMessageEntry(entry).conversation;
  return (entry.kind === ENTRY.original ? conversationOfOriginal(entry) : null) ?? conversationId(entry.id);
}

/** The conversation that an original was signed for; null for one that cannot be read. */
export function conversationOfOriginal(entry: ArchiveEntry): ConversationId | null {
  try {
    return conversationId(openOriginal(readOriginalEntry(entry)).header.conversation);
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

export async function holdEntries(ctx: Context, entries: readonly ArchiveEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await ctx.operate(async (op) => {
    for (const entry of entries)
      op.writeBytes(
        'backup',
        `${PREFIX}${conversationOf(entry)}/${entryName(entry)}`,
        joinEntries([encodeEntry(entry)]),
      );
  });
}

/** Takes what waits for conversations that are known now. @throws TransportFailed */
export async function releaseHeld(ctx: Context): Promise<void> {
  for (let after = PREFIX; ; ) {
    const [next] = await ctx.storage.list('backup', { prefix: PREFIX, after, limit: 1 });
    const id = next?.[0].split('/')[1] ?? '';
    if (!isConversationId(id)) return;
    if (await isKnown(ctx, id)) await releaseAll(ctx, id);
    after = `${PREFIX}${id}${PAST}`;
  }
}

const ASKED = new WeakMap<Context, Set<ConversationId>>();

/** Asks for a group that one has left, as far as the server still shows its members: once while this engine is open. */
async function isKnown(ctx: Context, id: ConversationId): Promise<boolean> {
  const asked = ASKED.get(ctx) ?? new Set();
  ASKED.set(ctx, asked);
  if ((await readConversation(ctx.storage, id)) === null && !asked.has(id)) {
    asked.add(id);
    try {
      await syncRoster(ctx, id);
    } catch (error) {
      if (!(error instanceof TransportRefused)) throw error;
    }
  }
  return (await readConversation(ctx.storage, id)) !== null;
}

async function releaseAll(ctx: Context, id: ConversationId): Promise<void> {
  const prefix = `${PREFIX}${id}/`;
  for (;;) {
    const page = await ctx.storage.list('backup', { prefix, limit: STEP });
    const entries = page.flatMap(([, value]) => splitEntries(value));
    const messages = entries.filter(({ kind }) => kind === ENTRY.message).map(readMessageEntry);
    const originals = entries
      .filter(({ kind }) => kind === ENTRY.original)
      .map((entry) => ({ id: bodyId(entry.id), original: readOriginalEntry(entry) }));
    for (const entry of entries)
      if (entry.kind === ENTRY.conversation) await ctx.operate((op) => applyChoice(op, ctx, entry));
    await applyMessages(ctx, messages, { origin: 'backup' });
    await applyOriginals(ctx, originals);
    await ctx.operate(async (op) => {
      for (const [key] of page) op.remove('backup', key);
    });
    if (page.length < STEP) return;
  }
}
