/** `sotto move`: everything that a team has, from a data folder to PostgreSQL and its files' store, and back. */
import { parseArgs } from 'node:util';
import { BlobsUnavailable } from '../blobs/blobs.ts';
import { parseCommandConfig } from '../config.ts';
import { toHex } from '../contract/bytes.ts';
import { silent } from '../ops/log.ts';
import type { End, Witnesses } from '../ops/move/end.ts';
import { compare, move } from '../ops/move/move.ts';
import { MoveRefused } from '../ops/move/refused.ts';
import { sha256 } from '../protocol/hash.ts';
import { MerkleLog } from '../protocol/merkle-log.ts';
import { createAudit } from '../services/audit.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { hashesFrom } from '../store/leaves.ts';
import { movedAway, unmarkAway } from '../store/moves.ts';
import { probeBlobs } from './blobs.ts';
import { CommandFailed } from './failed.ts';
import { type BlobPlace, blobsOfFolder, blobsOfS3, openEnd, type Place, placeOf } from './move/ends.ts';
import { printCompared, printMoved, progressOf } from './move/told.ts';
import { MOVE_USAGE } from './usage.ts';

type Env = Readonly<Record<string, string | undefined>>;

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  undo: { type: 'string' },
  data: { type: 'string' },
  check: { type: 'boolean' },
  'allow-missing': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Gives the exit code. Throws CommandFailed. */
export async function moveTeam(args: readonly string[], env: Env): Promise<number> {
  const values = parse(args);
  process.umask(0o077);
  if (values.undo !== undefined) {
    if (values.from ?? values.to) throw wrongUse('--undo stands alone.');
    return undo(placeOf('--undo', values.undo, env), values.json === true);
  }
  if (!values.from || !values.to) throw wrongUse('move takes --from and --to.');
  const places = { from: placeOf('--from', values.from, env), to: placeOf('--to', values.to, env) };
  const { from, to } = places;
  if (from.label === to.label) throw wrongUse('--from and --to are the same.');
  const files = await filesOf(from, to, values.data, env);
  const told = progressOf(values.json === true);
  return opened(
    () => openEnd(from, files.from, true, random),
    (source) =>
      opened(
        () => openEnd(to, files.to, false, random),
        async (target) => {
          const moving = { from: source, to: target, witnesses, told: told.step };
          if (values.check) {
            const compared = await compare(moving);
            told.end();
            printCompared(compared, moving, values.json === true);
            return compared.differences.length === 0 ? 0 : 1;
          }
          if (source.blobPlace !== target.blobPlace) await checkPlace(files.to);
          const audit = createAudit({ db: target.db, clock: Date.now, log: silent });
          const moved = await move({
            ...moving,
            clock: Date.now,
            id: toHex(random(16)),
            allowMissing: values['allow-missing'] === true,
            note: (tx) =>
              audit.record(tx, {
                actor: null,
                action: 'workspace.moved',
                subject: '',
                detail: { before: from.kind, after: to.kind },
              }),
          });
          told.end();
          printMoved(moved, places, files.to.name, values.json === true);
          return 0;
        },
      ),
  );
}

const witnesses: Witnesses = {
  audit: (db) => createAudit({ db, clock: Date.now, log: silent }).verify(),
  async logRoot(db: Db) {
    const tree = new MerkleLog(sha256);
    for (const { hash } of await hashesFrom(db, 0)) tree.append(hash);
    return toHex(tree.root(tree.size));
  },
};

/**
 * Files of a folder lie in it. Those of a database are in S3 where that is set, else in the data folder that its servers are given; without
 * one they stay where they are.
 */
async function filesOf(
  from: Place,
  to: Place,
  data: string | undefined,
  env: Env,
): Promise<{ readonly from: BlobPlace; readonly to: BlobPlace }> {
  const beside = from.kind === 'folder' ? from.folder : to.kind === 'folder' ? to.folder : './data';
  const { s3 } = parseCommandConfig([], env);
  if (s3 !== null && data !== undefined)
    throw wrongUse('Either --data or S3_BUCKET: files of a database are in one of them.');
  const database = s3 === null ? blobsOfFolder(data ?? beside) : blobsOfS3(s3);
  return {
    from: from.kind === 'folder' ? blobsOfFolder(from.folder) : database,
    to: to.kind === 'folder' ? blobsOfFolder(to.folder) : database,
  };
}

/** Before anything is copied: that a bucket takes nothing shows only at its end otherwise. */
async function checkPlace({ blobs, name }: BlobPlace): Promise<void> {
  const problem = await probeBlobs(blobs, random);
  if (problem !== null)
    throw new CommandFailed(`${name} does not take files: it failed to ${problem.step} (${problem.reason}).`);
}

/** Takes the mark away by which a place that was left is not used any more. */
async function undo(place: Place, json: boolean): Promise<number> {
  return opened(
    () => openEnd(place, blobsOfFolder('.'), true, random),
    async (end) => {
      await end.checkQuiet();
      const mark = await movedAway(end.db);
      if (mark === null) throw new CommandFailed(`${place.label} was not moved: there is nothing to undo.`);
      await end.db.write(unmarkAway);
      const text =
        mark.done === null
          ? `${place.label} can be used again. What was copied to ${mark.to} by then is none until a move has gone through.`
          : `${place.label} can be used again, as it was on ${new Date(mark.done).toISOString()}. What was said since then is in ${mark.to} alone: let nobody use that one any more.`;
      console.log(json ? JSON.stringify({ event: 'undone', place: place.label, to: mark.to }) : text);
      return 0;
    },
  );
}

/** Closes it whatever happens; what people can do something about becomes the command's own failure. */
async function opened<T>(open: () => Promise<End>, act: (end: End) => Promise<T>): Promise<T> {
  try {
    const end = await open();
    try {
      return await act(end);
    } finally {
      await end.close();
    }
  } catch (error) {
    if (error instanceof MoveRefused) throw new CommandFailed(error.message);
    if (error instanceof DbUnavailable || error instanceof BlobsUnavailable)
      throw new CommandFailed(
        `It cannot be read or written: ${error.message}. Nothing is lost: the same command goes on from here.`,
      );
    // A user who may not, a database that is not there: what the server says of it.
    if (error instanceof Bun.SQL.PostgresError) throw new CommandFailed(`PostgreSQL says: ${error.message}`);
    throw error;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw wrongUse(error instanceof Error ? error.message : String(error));
  }
}

const wrongUse = (sentence: string) => new CommandFailed(`${sentence}\n\n${MOVE_USAGE}`, 2);
