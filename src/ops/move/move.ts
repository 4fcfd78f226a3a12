/**
 * Moves everything that a server has from one database to another, SQLite or PostgreSQL, and the bytes of files with it. Nobody serves either of
 * them meanwhile. What is left says so from the beginning on, what is filled says that it is not whole, until all of it was compared; so a move
 * that is cut off anywhere is gone on with, and no two servers ever go on with one team.
 */
import type { Db, Tx } from '../../store/db.ts';
import { markAway, markHere } from '../../store/moves.ts';
import { type Compared, compareEnds, FILTERS } from './compare.ts';
import { copyBlobs, countChunks, countMissing } from './copy-blobs.ts';
import { copyTable } from './copy-rows.ts';
import type { End, Told, Witnesses } from './end.ts';
import { type Begun, beginMove, checkSource, emptied } from './marks.ts';
import { MoveRefused } from './refused.ts';
import { countRows } from './rows.ts';
import { type Table, tablesOfRelease } from './tables.ts';

export interface Moving {
  readonly from: End;
  readonly to: End;
  readonly clock: () => number;
  /** Of this move, in case it is a new one: random, hexadecimal. */
  readonly id: string;
  readonly witnesses: Witnesses;
  /** Goes on without the bytes of files that are lost. */
  readonly allowMissing: boolean;
  /** Adds to the audit log of the new database, in the transaction that makes it one to be used. */
  readonly note: (tx: Tx) => Promise<void>;
  readonly told: Told;
}

export interface Moved extends Pick<Compared, 'tables' | 'audit' | 'logRoot'> {
  /** False: it had been done before, and nothing was left to do. */
  readonly isNew: boolean;
  /** Chunks of files that rows name. */
  readonly chunks: number;
  /** Of these, not there. */
  readonly missing: number;
}

/** PostgreSQL ends a transaction in which nothing is asked for longer than 20 seconds. */
const SIGN_OF_LIFE_MS = 5_000;
const AWAKE_MS = 2;

/** Throws MoveRefused, DbUnavailable or BlobsUnavailable; the same again goes on from there. */
export async function move(moving: Moving): Promise<Moved> {
  const { from, to, clock, id } = moving;
  await Promise.all([from.checkQuiet(), to.checkQuiet()]);
  const tables = await tablesOfRelease();
  const begun = await beginMove(from, to, tables, { now: clock(), id });
  // Whoever came just before it was marked is seen now, and whoever comes later sees the mark.
  await Promise.all([from.checkQuiet(), to.checkQuiet()]);
  return held(from.db, async (tx) => {
    const moved = await carryOver(moving, begun, tables);
    await markAway(tx, { ...begun.away, done: begun.away.done ?? clock() });
    return moved;
  });
}

/** Compares without changing anything. Throws MoveRefused. */
export async function compare(moving: Pick<Moving, 'from' | 'to' | 'witnesses' | 'told'>): Promise<Compared> {
  const { from, to, witnesses, told } = moving;
  for (const end of [from, to]) {
    await end.checkQuiet();
    await checkSource(end);
  }
  const { entries } = await witnesses.audit(from.db);
  const filters = { ...FILTERS, audit: `seq <= ${entries}` };
  const compared = await compareEnds(from, to, await tablesOfRelease(), witnesses, told, filters);
  const missing = await countMissing(to.db, to.blobs);
  if (missing === 0) return compared;
  const lost = `${missing} parts of files are not in ${to.blobPlace}`;
  return { ...compared, differences: [...compared.differences, lost] };
}

/** Nobody writes while `act` does: every read sees the same state. */
function held<T>(db: Db, act: (tx: Tx) => Promise<T>): Promise<T> {
  return db.write(async (tx) => {
    // A connection that fails is noticed by whoever writes on it next.
    const alive = setInterval(() => void tx.get('SELECT 1 AS alive').catch(() => {}), SIGN_OF_LIFE_MS);
    // After work with files the event loop can sleep over what setImmediate has left to do, until anything else happens.
    const awake = setInterval(() => {}, AWAKE_MS);
    try {
      return await act(tx);
    } finally {
      clearInterval(alive);
      clearInterval(awake);
    }
  });
}

async function carryOver(moving: Moving, begun: Begun, tables: readonly Table[]): Promise<Moved> {
  const { from, to, witnesses, told } = moving;
  const rows = { source: from.db, target: to.db, mark: begun.here };
  const isDone = begun.here.done !== null;
  if (!isDone) await copyRows(moving, rows, tables);
  const blobs = { from, to, mark: rows.mark };
  const chunks = await countChunks(from.db);
  if (!isDone) await copyBlobs(blobs, (done) => told({ step: 'files', table: '', done, of: chunks }));
  const missing = await countMissing(from.db, to.blobs);
  if (missing > 0 && !moving.allowMissing)
    throw new MoveRefused(
      `${missing} of ${chunks} parts of files are not in ${from.blobPlace}. Is that where they are? When they are lost for good: the same command with --allow-missing`,
    );
  // It was finished before, and only the other end did not hear of it: by now people may write there.
  if (isDone)
    return { isNew: false, tables: {}, audit: await witnesses.audit(to.db), logRoot: '', chunks, missing };
  const compared = await compareEnds(from, to, tables, witnesses, told, FILTERS);
  if (compared.differences.length > 0) {
    await emptied(to.db, tables, { ...blobs.mark, id: `${blobs.mark.id} failed` });
    throw new MoveRefused(
      `What was copied is not the same: ${compared.differences.join('; ')}. Nothing was switched over. The same command begins anew.`,
    );
  }
  await to.db.write(async (tx) => {
    await moving.note(tx);
    await markHere(tx, { ...blobs.mark, tables: {}, blobs: null, done: moving.clock() });
  });
  return { ...compared, isNew: true, chunks, missing };
}

async function copyRows(
  { from, told }: Moving,
  copy: Parameters<typeof copyTable>[0],
  tables: readonly Table[],
): Promise<void> {
  for (const table of tables) {
    const filter = FILTERS[table.name];
    const of = await countRows(from.db, table, filter);
    const before = await countRows(copy.target, table, filter);
    await copyTable(copy, table, filter, (done) =>
      told({ step: 'copy', table: table.name, done: before + done, of }),
    );
  }
}
