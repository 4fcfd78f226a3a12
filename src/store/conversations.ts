/** Conversations and their members. */
import type { AccountId, ConversationId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface ConversationRow {
  readonly id: ConversationId;
  readonly kind: 'direct' | 'group';
  /** Of the newest roster event; 0 for a direct conversation. */
  readonly epoch: number;
  /** Epoch milliseconds of the last class 1 body, or of creation. */
  readonly last_activity: number;
}

interface MemberRow extends ConversationRow {
  readonly account: AccountId;
}

/** A conversation with its members, in the order of their ids. */
export interface ConversationWithMembers extends ConversationRow {
  readonly members: readonly AccountId[];
}

/** Somebody whom the relay delivers to. */
export interface Member {
  readonly account: AccountId;
  /** Hash of the account key that the roster names, 32 bytes; null in a direct conversation. */
  readonly identity: Uint8Array | null;
}

const COLUMNS = 'c.id, c.kind, c.epoch, c.last_activity, m.account';

/** Inserts a conversation without members; false when there is one with this id. */
export async function insertConversation(
  tx: Tx,
  id: ConversationId,
  kind: ConversationRow['kind'],
  now: number,
): Promise<boolean> {
  const inserted = await tx.run(
    'INSERT INTO conversations (id, kind, created_at, last_activity) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [id, kind, now, now],
  );
  return inserted === 1;
}

/** Inserts a direct conversation and its members; false when there is one with this id. */
export async function insertDirect(
  tx: Tx,
  id: ConversationId,
  members: readonly AccountId[],
  now: number,
): Promise<boolean> {
  if (!(await insertConversation(tx, id, 'direct', now))) return false;
  for (const account of members)
    await tx.run('INSERT INTO members (conversation, account) VALUES ($1, $2)', [id, account]);
  return true;
}

/** Groups that the account was in, as far as it may know them: its own part has ended, and nobody is named. */
async function formerOf(db: Db, account: AccountId): Promise<ConversationWithMembers[]> {
  const rows = await db.read<ConversationRow>(
    `SELECT c.id, c.kind, f.epoch, c.created_at AS last_activity FROM former_members f
     JOIN conversations c ON c.id = f.conversation WHERE f.account = $1 ORDER BY c.created_at DESC, c.id`,
    [account],
  );
  return rows.map((row) => ({ ...row, members: [] }));
}

/** The conversations of a member, latest activity first; then the groups that the account was in. */
export async function conversationsOf(db: Db, account: AccountId): Promise<ConversationWithMembers[]> {
  const rows = await db.read<MemberRow>(
    `SELECT ${COLUMNS} FROM members mine
     JOIN conversations c ON c.id = mine.conversation
     JOIN members m ON m.conversation = c.id
     WHERE mine.account = $1 ORDER BY c.last_activity DESC, c.id, m.account`,
    [account],
  );
  return [...grouped(rows), ...(await formerOf(db, account))];
}

/** A conversation of this member or former one, or null. */
export async function conversationOf(
  db: Db,
  account: AccountId,
  id: ConversationId,
): Promise<ConversationWithMembers | null> {
  const rows = await db.read<MemberRow>(
    `SELECT ${COLUMNS} FROM members mine
     JOIN conversations c ON c.id = mine.conversation
     JOIN members m ON m.conversation = c.id
     WHERE mine.account = $1 AND mine.conversation = $2 ORDER BY m.account`,
    [account, id],
  );
  return grouped(rows)[0] ?? (await formerOf(db, account)).find((former) => former.id === id) ?? null;
}

/** Its members, in the order of their ids; none for an unknown conversation. */
export function membersOf(db: Db, id: ConversationId): Promise<Member[]> {
  return db.read<Member>('SELECT account, identity FROM members WHERE conversation = $1 ORDER BY account', [
    id,
  ]);
}

/** Epoch milliseconds of its last class 1 body, or of creation; 0 for an unknown one. */
export async function lastActivityOf(db: Db, id: ConversationId): Promise<number> {
  const [row] = await db.read<{ last_activity: number }>(
    'SELECT last_activity FROM conversations WHERE id = $1',
    [id],
  );
  return row?.last_activity ?? 0;
}

/** Moves the last activity forward. */
export function touchConversation(tx: Tx, id: ConversationId, now: number): Promise<number> {
  return tx.run('UPDATE conversations SET last_activity = $1 WHERE id = $2', [now, id]);
}

function grouped(rows: readonly MemberRow[]): ConversationWithMembers[] {
  const found = new Map<ConversationId, ConversationWithMembers & { members: AccountId[] }>();
  for (const { account, ...row } of rows) {
    const conversation = found.get(row.id);
    if (conversation) conversation.members.push(account);
    else found.set(row.id, { ...row, members: [account] });
  }
  return [...found.values()];
}
