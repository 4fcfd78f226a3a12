/**
 * What a file of the history holds, record by record: texts as they stand here, oldest first, each with what proves it. No notices, nothing
 * that waits to be sent, stays closed or disappears; no keys [R18].
 */
import { toBase64 } from '../../contract/bytes.ts';
import {
  EXPORT_NAME,
  EXPORT_VERSION,
  type ExportedConversation,
  type ExportedMessage,
  type ExportedPerson,
  type ExportRecord,
} from '../../contract/export.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { splitSignature } from '../../protocol/identity.ts';
import { openArchived } from '../../protocol/message.ts';
import { describeSuite } from '../../protocol/suite.ts';
import type { Context } from '../context.ts';
import { listConversations, type StoredConversation, viewConversation } from '../conversations.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { readPage } from '../history.ts';
import { type Original, readOriginal } from '../originals.ts';
import { readPeer } from '../peers.ts';
import { Certificates } from './export-certificates.ts';
import { type Extra, readExtra, readStranger } from './extras.ts';
import { exportedFile } from './filed-files.ts';
import type { ExportChoice } from './types.ts';

/** Of a message whose encryption this release does not know. */
export const UNKNOWN_SUITE = 0;
/** Messages that are read at once. */
const PAGE = 200;

/** A record as it is written: fields of this release first, then what came with it from a file. */
export type Written = ExportRecord & Extra;

const withExtra = (record: ExportRecord, extra: Extra): Written => {
  const more = Object.entries(extra).filter(([name]) => !Object.hasOwn(record, name));
  return { ...record, ...Object.fromEntries(more) };
};

/** Whether a message is somebody's words that are to stay. */
const isExported = ({ kind, status, expiresAt }: HistoryMessage): boolean =>
  kind === 'text' && expiresAt === null && status !== 'Sending' && status !== 'Failed';

export async function* exportRecords(
  ctx: Context,
  { conversation: only, progress }: Pick<ExportChoice, 'conversation' | 'progress'>,
): AsyncGenerator<Written> {
  const created = new Date(ctx.now()).toISOString();
  yield withExtra(
    { type: 'export', format: EXPORT_NAME, version: EXPORT_VERSION, needs: 1, created },
    await readExtra(ctx.storage, { file: true }),
  );
  const people = new People(ctx);
  let messages = 0;
  for (const stored of await listConversations(ctx.storage)) {
    if (only !== null && stored.id !== only) continue;
    yield await conversationRecord(ctx, stored);
    await people.certificates.fetch(stored.members);
    for await (const message of messagesOf(ctx, stored.id)) {
      yield* people.introduce(message.sender.account);
      yield await messageRecord(ctx, message, await people.nameOf(message.sender.account));
      progress?.(++messages);
    }
  }
  yield { type: 'end', messages };
}

async function conversationRecord(ctx: Context, stored: StoredConversation): Promise<Written> {
  const { id, kind, name, topic, members } = await viewConversation(ctx.storage, stored, ctx.self.account);
  const record: ExportedConversation = { type: 'conversation', id, kind, name, topic, members };
  return withExtra(record, await readExtra(ctx.storage, { conversation: id }));
}

async function* messagesOf(ctx: Context, id: ConversationId): AsyncGenerator<HistoryMessage> {
  for (let after = ''; ; ) {
    const page = await readPage(ctx.storage, id, { after, limit: PAGE });
    yield* page.filter(isExported);
    after = page.at(-1)?.order ?? after;
    if (page.length < PAGE) return;
  }
}

async function messageRecord(ctx: Context, message: HistoryMessage, name: string): Promise<Written> {
  const { id, conversation, sender, sentAt, order, text, replyTo, editedAt, reactions, pinned } = message;
  const original = await readOriginal(ctx.storage, id);
  const extra = await readExtra(ctx.storage, { message: id });
  const record: ExportedMessage = {
    type: 'message',
    id,
    conversation,
    sender: sender.account,
    device: sender.device,
    // Of somebody who is not known here, what the file called them.
    name: name || wordOf(extra, 'name'),
    time: timeText(sentAt),
    order,
    text,
    ...(message.files.length === 0 ? {} : { files: message.files.map(exportedFile) }),
    ...(replyTo === null ? {} : { reply_to: replyTo }),
    ...(editedAt === null ? {} : { edited: timeText(editedAt) }),
    ...(reactions.length === 0
      ? {}
      : { reactions: reactions.map(({ emoji, people }) => ({ emoji, people })) }),
    ...(pinned ? { pinned } : {}),
    ...stringsOf(message.suite, extra),
    ...signedPart(original),
  };
  return withExtra(record, extra);
}

const timeText = (at: number): string => new Date(at).toISOString();

/** What the suite is called; of one that this release does not know, what the file called it. */
function stringsOf(suite: number, extra: Extra) {
  if (suite === UNKNOWN_SUITE)
    return {
      crypto_version: wordOf(extra, 'crypto_version'),
      encryption_algorithm: wordOf(extra, 'encryption_algorithm'),
      kdf_algorithm: wordOf(extra, 'kdf_algorithm'),
    };
  const { signatures: _, ...strings } = describeSuite(suite);
  return strings;
}

const wordOf = (extra: Extra, name: string): string => {
  const value = extra[name];
  return typeof value === 'string' ? value : '';
};

function signedPart(original: Original | null): Pick<ExportedMessage, 'signatures' | 'original'> {
  const opened = original === null ? null : open(original);
  if (original === null || opened === null) return { signatures: [] };
  const { header, content, signature } = original;
  return {
    signatures: splitSignature(signature, opened.header.suite).map(({ algorithm, value }) => ({
      algorithm,
      value: toBase64(value),
    })),
    original: { header: toBase64(header), content: toBase64(content) },
  };
}

function open(original: Original) {
  try {
    return openArchived(original);
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

/** Those who wrote: each is told once, before their first message. */
class People {
  readonly certificates: Certificates;
  readonly #told = new Set<AccountId>();
  readonly #names = new Map<AccountId, string>();

  constructor(private readonly ctx: Context) {
    this.certificates = new Certificates(ctx);
  }

  async nameOf(account: AccountId): Promise<string> {
    const known = this.#names.get(account);
    if (known !== undefined) return known;
    const name = (await readPeer(this.ctx.storage, account))?.name ?? '';
    this.#names.set(account, name);
    return name;
  }

  async *introduce(account: AccountId): AsyncGenerator<Written> {
    if (this.#told.has(account)) return;
    this.#told.add(account);
    const peer = await readPeer(this.ctx.storage, account);
    if (peer === null) {
      const { person, certificates } = await readStranger(this.ctx.storage, account);
      if (isPerson(person)) yield person;
      for (const each of certificates) if (isCertificate(each)) yield each;
      return;
    }
    const { username, name, aik } = peer;
    yield { type: 'person', account, username, name, identity: toBase64(aik) };
    yield* this.certificates.of(peer);
  }
}

const isPerson = (value: Extra): value is ExportedPerson & Extra => value.type === 'person';
const isCertificate = (value: Extra): value is Extract<Written, { type: 'certificate' }> =>
  value.type === 'certificate';
