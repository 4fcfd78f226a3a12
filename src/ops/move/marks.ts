/** How a move begins, or goes on where it was cut off: what both databases say of it decides. */
import { type Db, DbUnavailable } from '../../store/db.ts';
import { migrate, schemaOf } from '../../store/migrate.ts';
import { MIGRATIONS } from '../../store/migrations.ts';
import {
  type MovedAway,
  type MovedHere,
  markAway,
  markHere,
  movedAway,
  movedHere,
} from '../../store/moves.ts';
import type { End } from './end.ts';
import { MoveRefused } from './refused.ts';
import { quoted } from './rows.ts';
import type { Table } from './tables.ts';

export interface Begun {
  readonly away: MovedAway;
  readonly here: MovedHere;
}

/** Throws MoveRefused when the one may not be left, or the other may not be filled; nothing was changed then. */
export async function beginMove(
  from: End,
  to: End,
  tables: readonly Table[],
  { now, id }: { readonly now: number; readonly id: string },
): Promise<Begun> {
  await checkSource(from);
  const known = await movedAway(from.db);
  const target = await lookAt(to);
  const isSame = known !== null && target.mark?.id === known.id;
  if (known !== null && !isSame) {
    if (known.done !== null)
      throw new MoveRefused(
        `${from.label} was moved to ${known.to} on ${new Date(known.done).toISOString()} already. To move it once more, take that back first: sotto move --undo, with what --from names.`,
      );
    if (known.to !== to.label)
      throw new MoveRefused(
        `A move from ${from.label} to ${known.to} was begun: finish that one, or take it back first: sotto move --undo, with what --from names.`,
      );
  }
  if (isSame && target.mark) return { away: known, here: target.mark };
  if (target.hasTeam && (target.mark === null || target.mark.done !== null))
    throw new MoveRefused(
      `There is a team in ${to.label} already: a move goes into an empty folder or an empty database.`,
    );
  const away = known ?? { id, to: to.label, begun: now, done: null };
  await from.db.write((tx) => markAway(tx, away));
  await prepare(to);
  return { away, here: await emptied(to.db, tables, { ...away, from: from.label }) };
}

/** Throws MoveRefused for one that is not whole, or of another release. */
export async function checkSource({ db, label }: End): Promise<void> {
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  const schema = await schemaOf(db);
  if (schema === 0) throw new MoveRefused(`There is no team in ${label}.`);
  if (schema !== newest)
    throw new MoveRefused(
      `${label} has schema ${schema}, and this release has ${newest}: start it once with this release (sotto serve), or move it with its own.`,
    );
  const here = await movedHere(db);
  if (here !== null && here.done === null)
    throw new MoveRefused(
      `${label} is not whole: the move from ${here.from} into it was not finished. Run that one once more.`,
    );
}

/** All rows gone, and what says that it is being filled. */
export async function emptied(
  db: Db,
  tables: readonly Table[],
  { id, from, begun }: Pick<MovedHere, 'id' | 'from' | 'begun'>,
): Promise<MovedHere> {
  const mark: MovedHere = { id, from, begun, done: null, tables: {}, blobs: null };
  await db.write(async (tx) => {
    for (const { name } of [...tables].reverse()) await tx.run(`DELETE FROM ${quoted(name)}`);
    await markHere(tx, mark);
  });
  return mark;
}

async function lookAt({ db }: End): Promise<{ readonly mark: MovedHere | null; readonly hasTeam: boolean }> {
  if ((await schemaOf(db)) === 0) return { mark: null, hasTeam: false };
  // One that was started once and that nobody joined is as good as empty.
  const people = await db.read('SELECT 1 AS found FROM accounts LIMIT 1');
  return { mark: await movedHere(db), hasTeam: people.length > 0 };
}

async function prepare({ db, label }: End): Promise<void> {
  try {
    await migrate(db);
  } catch (error) {
    if (error instanceof DbUnavailable || !(error instanceof Error) || !/already exists/.test(error.message))
      throw error;
    throw new MoveRefused(`${label} holds tables that are not Sotto’s: give it a database of its own.`);
  }
}
