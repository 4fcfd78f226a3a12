/**
 * What a new device of the same person needs beside messages: words and choices of each conversation, people who were
 * verified, and choices about everything. Of two devices' words the later counts, as when they tell each other.
 */
import { fromHex } from '../../contract/bytes.ts';
import { isAccountId, isConversationId } from '../../contract/ids.ts';
import type { ArchiveEntry } from '../../protocol/archive.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Context } from '../context.ts';
import {
  Detail,
  ensureDirect,
  listConversations,
  otherOf,
  Rule,
  readConversation,
  type StoredConversation,
  writeConversation,
} from '../conversations.ts';
import { laterDetail } from '../later.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { barePeer, readPeer, StoredPeer, writePeer } from '../peers.ts';
import {
  added,
  bytes,
  decodeStored,
  encodeStored,
  flag,
  nullable,
  number,
  type Of,
  oneOf,
  record,
  text,
  word,
} from '../stored.ts';
import { conversationOf, ENTRY, personOf } from './record.ts';

/** Nothing is taken that was chosen later than a day from now, in milliseconds. */
const AHEAD_MS = 24 * 3600_000;

const Conversation = record({
  kind: oneOf('direct', 'group'),
  /** The other one of a direct conversation: the id alone does not tell. */
  peer: nullable(word(isAccountId)),
  name: nullable(Detail),
  topic: nullable(Detail),
  notify: record({ value: oneOf('all', 'mentions', 'none'), changedAt: number }),
  archived: record({ value: flag, changedAt: number }),
  timer: nullable(Rule),
  fileDays: added(nullable(Rule), null),
  lastActivity: added(number, 0),
});
type Conversation = Of<typeof Conversation>;

const Person = record({ username: text, name: text, aik: bytes, verified: flag });

/** Choices about everything that are kept: name and the room `meta`'s key. */
const SETTINGS = { receipts: 'receipts' } as const;

/** Everything that a backup keeps beside messages, as it is now. People only once they were verified. */
export async function choiceEntries(reads: Reads, ctx: Context): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  for (const conversation of await listConversations(reads))
    entries.push({
      kind: ENTRY.conversation,
      id: fromHex(conversation.id),
      value: encodeStored(Conversation, chosen(conversation, ctx)),
    });
  for (const [account, value] of await reads.list('peers', { prefix: '' })) {
    const { username, name, aik, verified, changed } = decodeStored(StoredPeer, value);
    // Whoever has another identity now is for the person to decide about first.
    if (account === ctx.self.account || !isAccountId(account) || changed !== null) continue;
    if (!verified && (await reads.get('backup', `i/${ENTRY.person}/${account}`)) === null) continue;
    const person = encodeStored(Person, { username, name, aik, verified });
    entries.push({ kind: ENTRY.person, id: fromHex(account), value: person });
  }
  const receipts = await readRecord(reads, 'meta', SETTINGS.receipts, flag);
  if (receipts !== null)
    entries.push({
      kind: ENTRY.setting,
      id: new TextEncoder().encode(SETTINGS.receipts),
      value: encodeStored(flag, receipts),
    });
  return entries;
}

function chosen(conversation: StoredConversation, ctx: Context): Conversation {
  const { kind, members, details, notify, archived, timer, fileDays } = conversation;
  const peer = kind === 'direct' ? otherOf({ members }, ctx.self.account) : null;
  // Its last activity is in its messages; here it would be another entry with each of them.
  return { kind, peer, ...details, notify, archived, timer, fileDays, lastActivity: 0 };
}

/** Takes one entry. False when its conversation is not known here (yet). Throws StoredError, SyntaxError. */
export async function applyChoice(op: Operation, ctx: Context, entry: ArchiveEntry): Promise<boolean> {
  if (entry.kind === ENTRY.conversation) return applyConversation(op, ctx, entry);
  if (entry.kind === ENTRY.person) await applyPerson(op, ctx, entry);
  else if (new TextDecoder().decode(entry.id) === SETTINGS.receipts)
    if ((await op.get('meta', SETTINGS.receipts)) === null)
      op.write('meta', SETTINGS.receipts, flag, decodeStored(flag, entry.value));
  return true;
}

async function applyConversation(op: Operation, ctx: Context, entry: ArchiveEntry): Promise<boolean> {
  const id = conversationOf(entry);
  if (!isConversationId(id)) throw new SyntaxError('A conversation that has no id.');
  const { peer, name, topic, notify, archived, timer, fileDays } = decodeStored(Conversation, entry.value);
  const known =
    (await readConversation(op, id)) ??
    (peer === null ? null : await ensureDirect(op, id, [ctx.self.account, peer], 0));
  if (known === null) return false;
  const latest = ctx.now() + AHEAD_MS;
  const isTimely = (at: number) => at <= latest;
  const { details } = known;
  writeConversation(op, {
    ...known,
    details:
      known.kind === 'direct'
        ? details
        : {
            name: isTimely(name?.sentAt ?? 0) ? laterDetail(details.name, name) : details.name,
            topic: isTimely(topic?.sentAt ?? 0) ? laterDetail(details.topic, topic) : details.topic,
          },
    notify: isTimely(notify.changedAt) && notify.changedAt > known.notify.changedAt ? notify : known.notify,
    archived:
      isTimely(archived.changedAt) && archived.changedAt > known.archived.changedAt
        ? archived
        : known.archived,
    timer: isTimely(timer?.sentAt ?? 0) ? laterDetail(known.timer, timer) : known.timer,
    fileDays: isTimely(fileDays?.sentAt ?? 0) ? laterDetail(known.fileDays, fileDays) : known.fileDays,
  });
  return true;
}

/**
 * Somebody who was verified on another of one's own devices. The identity that was compared is the pin from then on: when
 * the server shows another one here, that is a change, and nothing is sent until the person has looked at it.
 */
async function applyPerson(op: Operation, ctx: Context, entry: ArchiveEntry): Promise<void> {
  const account = personOf(entry);
  if (!isAccountId(account) || account === ctx.self.account) return;
  const { username, name, aik, verified } = decodeStored(Person, entry.value);
  const known = await readPeer(op, account);
  if (known === null) writePeer(op, { ...barePeer({ account, username, name, aik }), verified });
  else if (equalBytes(known.aik, aik)) {
    if (known.verified !== verified && !known.verified) writePeer(op, { ...known, verified });
  } else if (verified && !known.verified)
    writePeer(op, {
      ...barePeer({ account, username, name, aik }),
      verified,
      changed: known.changed ?? known.aik,
    });
}
