/**
 * Encrypted backups, kept for the account and opaque: sealed segments, and a sealed manifest that only ever follows the one
 * before, so that several devices of a person share one backup. The server learns sizes and times.
 */
import type { Session } from '../auth/sessions.ts';
import {
  type BackupRecord,
  MAX_BACKUP_BYTES,
  type SegmentId,
  UNNAMED_SEGMENT_MS,
} from '../contract/backup.ts';
import { toBase64 } from '../contract/bytes.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/backups.ts';
import type { Tx } from '../store/db.ts';
import { Refusal } from './refusal.ts';

/** Whose backup: every call sees this account's alone. */
type Owner = Pick<Session, 'account'>;

export interface Backups {
  read(session: Owner): Promise<BackupRecord>;
  /** Conflict when the version is not the next one, or a segment that it names is not here; Gone while it is off. */
  update(
    session: Owner,
    update: {
      readonly version: number;
      readonly manifest: Uint8Array;
      readonly segments: readonly SegmentId[];
      readonly on: boolean;
    },
  ): Promise<void>;
  /** Deletes everything that is kept, and takes nothing until a device turns it on again. */
  turnOff(session: Owner): Promise<void>;
  /** NotFound for what another account has, or nobody. */
  segment(session: Owner, id: SegmentId): Promise<Uint8Array>;
  /** The same bytes again are no error; TooLarge above the account's limit. */
  putSegment(session: Owner, id: SegmentId, sealed: Uint8Array): Promise<void>;
}

const NOTHING: store.BackupRow = { version: 0, manifest: null, is_off: 0, bytes: 0 };

const later = () =>
  new Refusal('Conflict', 'Another of your devices has saved history meanwhile. Fetch it, then try again.');

/** @param limit bytes of one account */
export function createBackups(
  { db, clock }: Pick<Ports, 'db' | 'clock'>,
  limit: number = MAX_BACKUP_BYTES,
): Backups {
  return {
    async read({ account }) {
      const row = (await store.backupOf(db, account)) ?? NOTHING;
      return {
        version: row.version,
        manifest: row.manifest && toBase64(row.manifest),
        bytes: row.bytes,
        limit,
        off: row.is_off === 1,
      };
    },

    update: ({ account }, { version, manifest, segments, on }) =>
      db.write(async (tx) => {
        const row = (await store.backupOf(tx, account)) ?? NOTHING;
        if (row.is_off === 1 && !on)
          throw new Refusal('Gone', 'Saving history was turned off on another of your devices.');
        if (version !== row.version + 1) throw later();
        const bytes = await keepOnly(tx, account, new Set(segments), clock());
        await store.putBackup(tx, account, { version, manifest, is_off: 0, bytes }, clock());
      }),

    turnOff: ({ account }) =>
      db.write(async (tx) => {
        const row = (await store.backupOf(tx, account)) ?? NOTHING;
        await store.deleteSegments(tx, account);
        // The version stays, so that an older manifest is never the next one.
        await store.putBackup(tx, account, { ...row, manifest: null, is_off: 1, bytes: 0 }, clock());
      }),

    async segment({ account }, id) {
      const sealed = await store.segmentOf(db, account, id);
      if (sealed === null) throw new Refusal('NotFound', 'There is no such part of your history any more.');
      return sealed;
    },

    putSegment: ({ account }, id, sealed) =>
      db.write(async (tx) => {
        const known = await store.segmentOf(tx, account, id);
        if (known !== null) {
          if (Buffer.compare(known, sealed) === 0) return;
          throw new Refusal('Conflict', 'Another part of your history has this name.');
        }
        const row = (await store.backupOf(tx, account)) ?? NOTHING;
        if (row.bytes + sealed.length > limit)
          throw new Refusal(
            'TooLarge',
            sentence(
              'Your saved history has reached its limit of {limit} MB on this server. Nothing more is saved; your devices keep everything.',
              { limit: Math.floor(limit / 1_000_000) },
            ),
          );
        await store.insertSegment(tx, account, { id, sealed }, clock());
        await store.putBackup(tx, account, { ...row, bytes: row.bytes + sealed.length }, clock());
      }),
  };
}

/** Deletes segments that the new manifest does not name, unless they are young; gives the bytes that stay. */
async function keepOnly(
  tx: Tx,
  account: Owner['account'],
  named: ReadonlySet<SegmentId>,
  now: number,
): Promise<number> {
  let found = 0;
  let bytes = 0;
  for (const { id, size, stored_at } of await store.segmentsOf(tx, account)) {
    if (named.has(id)) found++;
    // Another device may be about to name it.
    else if (now - stored_at >= UNNAMED_SEGMENT_MS) {
      await store.deleteSegment(tx, account, id);
      continue;
    }
    bytes += size;
  }
  if (found !== named.size) throw later();
  return bytes;
}
