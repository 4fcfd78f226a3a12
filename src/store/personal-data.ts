/**
 * What the server holds about a person, table by table: which rows they are, which columns an export gives, and what becomes of
 * them when the account is deleted. A test holds this to the schema: no table and no column is missing.
 */
import type { AccountId } from '../contract/ids.ts';
import type { Db, Row, Tx } from './db.ts';

export interface PersonalTable {
  readonly table: string;
  /** Condition of the person's rows; `$1` is the account, once. */
  readonly where: string;
  /** Columns that an export gives, and the order of its rows. */
  readonly columns: readonly string[];
  readonly order: string;
  /** Columns that it leaves out, and why. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** Rows go, or stay for a reason; `steps`: they go in a way of their own (services/deletion.ts). */
  readonly onDeletion: 'rows' | 'steps' | { readonly kept: string };
}

const OWN_DEVICES = 'device IN (SELECT id FROM devices WHERE account = $1)';
const SECRET = 'a hash of a secret: of no use to you, and a risk in a file';
const SEALED = 'sealed bytes that your devices have in the open; their size stands beside';

/** In the order in which rows are deleted: what names others goes before them. */
export const PERSONAL_TABLES: readonly PersonalTable[] = [
  {
    table: 'push_subscriptions',
    where: `session IN (SELECT id FROM sessions WHERE account = $1)`,
    columns: ['device', 'endpoint', 'created_at'],
    order: 'created_at',
    leftOut: { session: SECRET, p256dh: 'a key of your browser', auth: 'a key of your browser' },
    onDeletion: 'rows',
  },
  {
    table: 'new_places',
    where: 'account = $1',
    columns: ['agent', 'address', 'network', 'at'],
    order: 'at, id',
    leftOut: { id: 'a name for one row', account: 'the same in each row', session: SECRET, browser: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'known_places',
    where: 'account = $1',
    columns: ['kind', 'last_seen_at'],
    order: 'last_seen_at, mark',
    leftOut: { account: 'the same in each row', mark: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'tokens',
    where: 'account = $1',
    columns: ['device', 'name', 'scopes', 'created_at', 'expires_at', 'last_used_at'],
    order: 'created_at, id',
    leftOut: { id: SECRET, account: 'the same in each row' },
    onDeletion: 'rows',
  },
  {
    table: 'sessions',
    where: 'account = $1',
    columns: [
      'device',
      'address',
      'agent',
      'created_at',
      'last_used_at',
      'expires_at',
      'verified_at',
      'strong',
    ],
    order: 'created_at, id',
    leftOut: { id: SECRET, account: 'the same in each row', challenge: 'random, for one proof of a device' },
    onDeletion: 'rows',
  },
  {
    table: 'backup_codes',
    where: 'account = $1',
    columns: ['account'],
    order: 'hash',
    leftOut: { hash: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'second_factors',
    where: 'account = $1',
    columns: ['confirmed_at', 'last_step'],
    order: 'account',
    leftOut: { account: 'the same in each row', secret: 'whoever has it makes your codes' },
    onDeletion: 'rows',
  },
  {
    table: 'passwords',
    where: 'account = $1',
    columns: ['memory', 'passes', 'lanes'],
    order: 'account',
    leftOut: { account: 'the same in each row', salt: SECRET, secret_hash: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'recovery_codes',
    where: 'account = $1',
    columns: ['account'],
    order: 'account',
    leftOut: { secret_hash: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'passkeys',
    where: 'account = $1',
    columns: ['id', 'name', 'public_key', 'counter', 'transports', 'created_at', 'last_used_at'],
    order: 'created_at, id',
    leftOut: { account: 'the same in each row' },
    onDeletion: 'rows',
  },
  {
    table: 'vault_slots',
    where: 'account = $1',
    columns: ['kind', 'id'],
    order: 'kind, id',
    leftOut: {
      account: 'the same in each row',
      record: 'opens the vault for whoever guesses your password: each of your devices has what is in it',
    },
    onDeletion: 'rows',
  },
  {
    table: 'vaults',
    where: 'account = $1',
    columns: ['version'],
    order: 'account',
    leftOut: {
      account: 'the same in each row',
      sealed: 'opens for whoever guesses your password: each of your devices has what is in it',
    },
    onDeletion: 'rows',
  },
  {
    table: 'mail_outbox',
    where: 'account = $1',
    columns: ['address', 'language', 'letter', 'created_at', 'attempts', 'next_at'],
    order: 'created_at, id',
    leftOut: { id: 'a name for one row', account: 'the same in each row' },
    onDeletion: 'rows',
  },
  {
    table: 'mail_addresses',
    where: 'account = $1',
    columns: [
      'address',
      'language',
      'verified_at',
      'code_expires_at',
      'tries',
      'digest',
      'digested_at',
      'problem',
    ],
    order: 'account',
    leftOut: { account: 'the same in each row', code: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'presence',
    where: 'account = $1',
    columns: ['shown', 'last_seen'],
    order: 'account',
    leftOut: { account: 'the same in each row' },
    onDeletion: 'rows',
  },
  {
    table: 'invites',
    where: 'created_by = $1',
    columns: ['role', 'uses_left', 'expires_at', 'created_at'],
    order: 'created_at, id',
    leftOut: { id: SECRET, created_by: 'the same in each row' },
    onDeletion: 'rows',
  },
  {
    table: 'start_again_links',
    where: '$1 IN (account, created_by)',
    columns: ['account', 'created_by', 'created_at', 'expires_at'],
    order: 'created_at, id',
    leftOut: { id: SECRET },
    onDeletion: 'rows',
  },
  {
    table: 'links',
    where: 'account = $1',
    columns: ['state', 'request', 'created_at', 'expires_at'],
    order: 'created_at, hash',
    leftOut: {
      hash: SECRET,
      finder: SECRET,
      token: SECRET,
      account: 'the same in each row',
      certificate_hash: 'a hash of what stands under devices',
      answer: SEALED,
    },
    onDeletion: 'rows',
  },
  {
    table: 'one_time_prekeys',
    where: OWN_DEVICES,
    columns: ['device', 'id', 'position', 'leaf'],
    order: 'device, id',
    leftOut: { batch: 'a name for some rows', path: 'hashes, worked out from the leaves' },
    onDeletion: 'rows',
  },
  {
    table: 'prekey_batches',
    where: OWN_DEVICES,
    columns: ['device', 'batch', 'root', 'size'],
    order: 'device, batch',
    onDeletion: 'rows',
  },
  {
    table: 'prekey_claims',
    where: `requester = $1`,
    columns: ['device', 'day', 'count'],
    order: 'day, device',
    leftOut: { requester: 'the same in each row' },
    onDeletion: 'rows',
  },
  {
    table: 'signed_prekeys',
    where: OWN_DEVICES,
    columns: ['device', 'id', 'statement', 'prekey_created_at', 'highest_one_time'],
    order: 'device',
    onDeletion: {
      kept: 'public; without one nobody in your groups could go on before an admin of the group has removed you',
    },
  },
  {
    table: 'envelopes',
    where: OWN_DEVICES,
    columns: ['device', 'number', 'attempts', 'envelope'],
    order: 'device, number',
    onDeletion: 'steps',
  },
  {
    table: 'bodies',
    where: 'account = $1',
    columns: ['number', 'id', 'device', 'accepted_at', 'waiting', 'envelope_bytes', 'body'],
    order: 'number',
    leftOut: { account: 'the same in each row' },
    onDeletion: {
      kept: 'what you sent waits for others until they have fetched it, and goes with the last of them',
    },
  },
  {
    table: 'messages',
    where: 'account = $1',
    columns: ['number', 'id', 'accepted_at', 'recipients', 'expired'],
    order: 'number',
    leftOut: { account: 'the same in each row', post_hash: 'a hash of what was sent' },
    onDeletion: {
      kept: 'ids and times, so that nothing is delivered twice; they go 30 days after they were sent',
    },
  },
  {
    table: 'backup_segments',
    where: 'account = $1',
    columns: ['id', 'size', 'stored_at'],
    order: 'stored_at, id',
    leftOut: { account: 'the same in each row', sealed: SEALED },
    onDeletion: 'steps',
  },
  {
    table: 'backups',
    where: 'account = $1',
    columns: ['version', 'is_off', 'bytes', 'stored_at'],
    order: 'account',
    leftOut: { account: 'the same in each row', manifest: SEALED },
    onDeletion: 'steps',
  },
  {
    table: 'parcel_parts',
    where: 'parcel IN (SELECT id FROM parcels WHERE account = $1)',
    columns: ['parcel', 'n', 'size'],
    order: 'parcel, n',
    leftOut: { sealed: SEALED },
    onDeletion: 'steps',
  },
  {
    table: 'parcels',
    where: 'account = $1',
    columns: ['id', 'device', 'recipient', 'bytes', 'expires_at'],
    order: 'expires_at, id',
    leftOut: { account: 'the same in each row' },
    onDeletion: 'steps',
  },
  {
    table: 'file_visits',
    where: 'file IN (SELECT id FROM files WHERE owner = $1)',
    columns: ['file', 'share', 'request', 'expires_at'],
    order: 'expires_at, id',
    leftOut: { id: SECRET },
    onDeletion: 'steps',
  },
  {
    table: 'file_request_uploads',
    where: 'request IN (SELECT id FROM file_requests WHERE account = $1)',
    columns: ['file', 'request', 'size', 'begun_at', 'received_at', 'manifest'],
    order: 'begun_at, file',
    onDeletion: 'steps',
  },
  {
    table: 'file_requests',
    where: 'account = $1',
    columns: ['id', 'offer', 'created_at', 'expires_at', 'files', 'max_file_bytes', 'taken'],
    order: 'created_at, id',
    leftOut: { account: 'the same in each row' },
    onDeletion: 'steps',
  },
  {
    table: 'shares',
    where: 'account = $1',
    columns: [
      'id',
      'file',
      'manifest',
      'created_at',
      'expires_at',
      'downloads',
      'used',
      'wrong',
      'rests_until',
    ],
    order: 'created_at, id',
    leftOut: {
      account: 'the same in each row',
      proof: SECRET,
      salt: SECRET,
      memory: 'how a password is hashed',
      passes: 'how a password is hashed',
      lanes: 'how a password is hashed',
    },
    onDeletion: 'steps',
  },
  {
    table: 'file_places',
    where: 'account = $1',
    columns: ['file', 'conversation', 'created_at'],
    order: 'created_at, file, conversation',
    leftOut: { account: 'the same in each row' },
    onDeletion: 'steps',
  },
  {
    table: 'file_chunks',
    where: 'file IN (SELECT id FROM files WHERE owner = $1)',
    columns: ['file', 'n', 'size', 'sha256'],
    order: 'file, n',
    leftOut: { blob: 'where the bytes lie; a device of yours downloads and opens them' },
    onDeletion: 'steps',
  },
  {
    table: 'files',
    where: 'owner = $1',
    columns: ['id', 'size', 'stored', 'is_private', 'created_at', 'touched_at', 'completed_at', 'expires_at'],
    order: 'created_at, id',
    leftOut: { owner: 'the same in each row' },
    onDeletion: 'steps',
  },
  {
    table: 'file_totals',
    where: 'account = $1',
    columns: ['bytes', 'files'],
    order: 'account',
    leftOut: { account: 'the same in each row' },
    onDeletion: 'steps',
  },
  {
    table: 'members',
    where: 'account = $1',
    columns: ['conversation', 'identity', 'role'],
    order: 'conversation',
    leftOut: { account: 'the same in each row' },
    onDeletion: {
      kept: 'others keep their conversations with you, and a group its signed roster; notes to yourself go',
    },
  },
  {
    table: 'former_members',
    where: 'account = $1',
    columns: ['conversation', 'epoch'],
    order: 'conversation',
    leftOut: { account: 'the same in each row' },
    onDeletion: { kept: 'the signed roster of the group says the same' },
  },
  {
    table: 'conversations',
    where: 'id IN (SELECT conversation FROM members WHERE account = $1)',
    columns: ['id', 'kind', 'created_at', 'last_activity', 'epoch', 'is_open', 'title'],
    order: 'created_at, id',
    onDeletion: { kept: 'they belong to others as well; notes to yourself go' },
  },
  {
    table: 'roster_certificates',
    where: 'aik IN (SELECT aik FROM accounts WHERE id = $1)',
    columns: ['hash', 'certificate'],
    order: 'hash',
    leftOut: { aik: 'stands under accounts' },
    onDeletion: { kept: 'members verify by them what you signed in their groups' },
  },
  {
    table: 'roster_events',
    where:
      'certificate IN (SELECT c.hash FROM roster_certificates c JOIN accounts a ON a.aik = c.aik WHERE a.id = $1)',
    columns: ['conversation', 'epoch', 'hash', 'certificate', 'event'],
    order: 'conversation, epoch',
    onDeletion: {
      kept: 'each is bound to the one before: without it nobody could verify who is in the group',
    },
  },
  {
    table: 'device_lists',
    where: 'account = $1',
    columns: ['version', 'vault_version', 'hash', 'signed'],
    order: 'account',
    leftOut: { account: 'the same in each row' },
    onDeletion: {
      kept: 'the transparency log names its hash, and other people’s devices hold the server to that',
    },
  },
  {
    table: 'devices',
    where: 'account = $1',
    columns: ['id', 'certificate', 'certificate_hash', 'expires_at', 'created_at', 'revoked_at'],
    order: 'created_at, id',
    leftOut: { account: 'the same in each row' },
    onDeletion: { kept: 'public keys that the signed list names; ids are never used again' },
  },
  {
    table: 'log_leaves',
    where: 'account = $1',
    columns: ['position', 'version', 'hash', 'leaf', 'signature'],
    order: 'position',
    leftOut: { account: 'the same in each row' },
    onDeletion: { kept: 'the log only grows: username, and hashes of public keys, stand in it for ever' },
  },
  {
    table: 'audit',
    // Two walks along an index: the log is the longest table there is, and this is asked for page by page.
    where: `seq IN (WITH own (id) AS (SELECT $1) SELECT a.seq FROM own JOIN audit a ON a.actor = own.id
      UNION SELECT a.seq FROM own JOIN audit a ON a.subject = own.id)`,
    columns: ['seq', 'at', 'actor', 'action', 'subject', 'detail'],
    order: 'seq',
    leftOut: { previous: 'a hash of the row before', hash: 'a hash of the row' },
    onDeletion: {
      kept: 'each row is bound to the one before; it names you by your id alone, and where you signed in from',
    },
  },
  {
    table: 'accounts',
    where: 'id = $1',
    columns: ['id', 'username', 'name', 'role', 'aik', 'disabled', 'created_at', 'deleted_at', 'erased_at'],
    order: 'id',
    onDeletion: {
      kept: 'without your name and role: id, username and public identity, as the log has them for ever, so that nobody can take your place',
    },
  },
];

/** Tables that name nobody. */
export const IMPERSONAL_TABLES: Readonly<Record<string, string>> = {
  settings: 'values of the workspace',
  message_numbers: 'the highest number of a message',
  usage: 'sums of hours',
  good_once: 'for minutes: hashes of random values, and what each is good for, which ends with the account',
  wrong_guesses: 'counts for a day, named by hashes with a key: whose they are cannot be read',
  leases: 'which machine does what',
  release_files: 'the program, as browsers load it',
  migrations: 'which migrations have run',
};

/** Rows of a person in one table, `limit` from `offset` on. */
export function personalRows(
  db: Db,
  { table, where, columns, order }: PersonalTable,
  account: AccountId,
  page: { readonly limit: number; readonly offset: number },
): Promise<Row[]> {
  return db.read(
    `SELECT ${columns.join(', ')} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT $2 OFFSET $3`,
    [account, page.limit, page.offset],
  );
}

/** Deletes a person's rows of the tables that are simply emptied of them; gives how many they were. */
export async function deletePersonalRows(tx: Tx, account: AccountId): Promise<number> {
  let rows = 0;
  for (const { table, where, onDeletion } of PERSONAL_TABLES)
    if (onDeletion === 'rows') rows += await tx.run(`DELETE FROM ${table} WHERE ${where}`, [account]);
  return rows;
}
