/**
 * What a restore does with each table (docs/backup.md). The server goes back to an earlier time and the world does not: what was used up, ended or
 * taken back since then must not come again.
 */
import type { Db, Tx } from './db.ts';
import { dropSetting, putSetting, readSetting } from './settings.ts';

/** Tables that are emptied, in this order (rows before those that they name), and why. */
export const DROPPED: Readonly<Record<string, string>> = {
  push_subscriptions: 'belong to sessions',
  sessions: 'some were ended since',
  links: 'last for minutes',
  start_again_links: 'some were used or taken back since',
  invites: 'some were used or taken back since',
  one_time_prekeys: 'some were handed out since, and none may be handed out twice; devices bring new ones',
  prekey_batches: 'belong to one-time prekeys',
  file_visits: 'last for hours',
  shares: 'some were ended or used up since',
  tokens: 'some were revoked since',
  good_once: 'last for minutes',
  wrong_guesses: 'forgiven after a day',
  leases: 'held by processes of that time',
  release_files: 'of releases of that time; nodes bring their own',
  mail_outbox: 'went out since',
};

/** Tables that stay, and why. */
export const KEPT: Readonly<Record<string, string>> = {
  accounts: 'who is here',
  second_factors: 'ways in',
  backup_codes: 'ways in: one that was used since is good once more',
  known_places: 'networks and browsers of people',
  new_places: 'told until somebody has answered',
  mail_addresses: 'how people are reached',
  passwords: 'ways in',
  recovery_codes: 'ways in',
  passkeys: 'ways in',
  vaults: 'ways in',
  vault_slots: 'ways in',
  devices: 'who may read',
  device_lists: 'signed, as the log has them',
  signed_prekeys: 'good for 21 days after they were replaced',
  prekey_claims: 'limits of a day',
  log_leaves: 'only ever added to',
  conversations: 'who is where',
  members: 'who is where',
  former_members: 'who is where',
  roster_certificates: 'signed',
  roster_events: 'signed',
  message_numbers: 'raised, see below',
  messages: 'devices know what they had',
  bodies: 'devices know what they had',
  envelopes: 'devices know what they had',
  backups: 'sealed, of people',
  backup_segments: 'sealed, of people',
  parcels: 'sealed, for one device',
  parcel_parts: 'sealed, for one device',
  presence: 'when somebody was last seen',
  files: 'sealed',
  file_chunks: 'sealed',
  file_places: 'who may fetch',
  file_totals: 'sums of files',
  file_requests: 'hold what was handed in',
  file_request_uploads: 'what was handed in',
  audit: 'only ever added to',
  settings: 'secrets and choices of the workspace',
  usage: 'numbers alone',
  migrations: 'the schema',
};

/** Numbers of messages that are left out: a minute of them, so that none comes again whatever the clock did. */
const NUMBERS_SKIPPED = 60_000_000;
const NUMBERS_PER_MS = 1000;

/** What the server says of it from now on. */
export interface Restored {
  /** When it was restored, and when the backup was made; epoch milliseconds. */
  readonly at: number;
  readonly from: number;
}

/** Moved away from later on: what is restored goes on by itself. Its nodes do not talk to those of the workspace that it is a copy of. */
const ENDED = [
  'backup_lease',
  'last_backup',
  'file_cleanup',
  'setup_token',
  'moved_to',
  'workspace_key',
  'missed',
] as const;

/** Makes a restored database one that can go on. */
export async function setBack(tx: Tx, restored: Restored): Promise<void> {
  for (const table of Object.keys(DROPPED)) await tx.run(`DELETE FROM ${table}`);
  await tx.run('UPDATE message_numbers SET highest = CASE WHEN highest < $1 THEN $2 ELSE highest END + $3', [
    restored.at * NUMBERS_PER_MS,
    restored.at * NUMBERS_PER_MS,
    NUMBERS_SKIPPED,
  ]);
  for (const key of ENDED) await dropSetting(tx, key);
  await putSetting(tx, 'restored', new TextEncoder().encode(JSON.stringify(restored)));
}

/** When it was restored the last time, epoch milliseconds; null when never. */
export async function lastRestore(db: Db): Promise<number | null> {
  const stored = await readSetting(db, 'restored');
  const known: unknown = stored === null ? null : JSON.parse(new TextDecoder().decode(stored));
  const at: unknown = typeof known === 'object' && known !== null ? Reflect.get(known, 'at') : null;
  return typeof at === 'number' ? at : null;
}
