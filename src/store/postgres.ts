/**
 * The Db port on `Bun.SQL` and PostgreSQL: SERIALIZABLE writes on one connection behind a queue, reads on a pool.
 *
 * Group commit as on SQLite: writes that queue up while a commit runs share the next transaction, a savepoint each. Nodes take turns by
 * an advisory lock that is taken before the transaction begins: without it, everything that counts on (message numbers, the audit chain)
 * would have them abort each other. SERIALIZABLE stays, for whoever writes without the lock; what is aborted is repeated.
 *
 * Statements that leave together travel together (`Promise.all`): what costs is the way there and back, not what is asked. A group with one
 * write in it takes two ways beside its own: lock, beginning; commit, unlock.
 */
import type { ReservedSQL } from 'bun';
import { type Db, DbUnavailable, type Row, type Tx, type Value } from './db.ts';
import { NOW, whyApart } from './postgres-clock.ts';
import { PostgresPool, stateOf, unavailable } from './postgres-pool.ts';

export interface PostgresOptions {
  /** Connections for reads, besides the one that writes. */
  readonly readers?: number;
  /** Seconds to wait for a connection. */
  readonly patience?: number;
  /** Milliseconds to wait for an answer, and for a group of writes with their turn. */
  readonly limit?: number;
  /** What the server's list of sessions calls its connections: begins with `sotto`, by which commands find who is at work (postgres-others.ts). */
  readonly name?: string;
  /** Asked within each transaction, before anything is written: a row says that nothing may be. */
  readonly fence?: string;
  /** Of this machine, epoch milliseconds: nothing is written while it is far from the server's. Where it is missing nobody looks. */
  readonly clock?: () => number;
}

interface Queued {
  readonly change: (tx: Tx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes that share one commit at most, so that no commit holds the first of them for long. */
const MAX_GROUP = 256;
/** How often a group is repeated when the database aborts it for another one's sake. */
const MAX_TRIES = 20;
/** Milliseconds before the first repetition; twice as long before each next one, up to the second. */
const BACK_OFF_MS = [2, 200] as const;
/** Any number that nothing else locks here. */
const WRITER_LOCK = 0x50770;
/** With the time at which it was given. */
const LOCK = `SELECT pg_advisory_lock(${WRITER_LOCK}), ${NOW}`;
const UNLOCK = `SELECT pg_advisory_unlock(${WRITER_LOCK})`;
const BEGIN = 'BEGIN ISOLATION LEVEL SERIALIZABLE';
/** serialization_failure, deadlock_detected. */
const ABORTED: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Connects when it is first asked; throws DbUnavailable from each call while the server is away. */
export function openPostgres(
  url: string,
  { readers = 8, patience = 5, limit = 20_000, name = 'sotto', fence, clock }: PostgresOptions = {},
): Db {
  const pool = (max: number) => new PostgresPool(url, { max, patience, limit, name });
  return new Postgres(pool(readers), pool(1), { fence: fence ?? null, clock: clock ?? null });
}

/** What is looked at before a transaction writes anything. */
interface Watch {
  readonly fence: string | null;
  readonly clock: (() => number) | null;
}

class Postgres implements Db {
  #queue: Queued[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(
    private readonly readers: PostgresPool,
    private readonly writers: PostgresPool,
    private readonly watch: Watch,
  ) {}

  async read<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R[]> {
    return rowsOf<R>(await this.readers.use((pool) => pool.unsafe(sql, [...params])));
  }

  write<T>(change: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new DbUnavailable('The database is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ change, resolve: (value) => resolve(value as T), reject });
      this.#running ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await Promise.all([this.readers.close(), this.writers.close()]);
  }

  async #drain(): Promise<void> {
    // One turn of the event loop gathers what the requests at hand have to write.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commit(this.#queue.splice(0, MAX_GROUP));
    this.#running = null;
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    try {
      const settle = await this.writers.alone((connection) => repeated(connection, group, this.watch));
      for (const done of settle) done();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

/** One transaction for the group, again when it was aborted. Gives what its promises are told once it is committed. */
async function repeated(
  connection: ReservedSQL,
  group: readonly Queued[],
  watch: Watch,
): Promise<readonly (() => void)[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction(connection, group, watch);
    } catch (error) {
      if (!ABORTED.has(stateOf(error))) throw error;
      if (tries >= MAX_TRIES) throw new DbUnavailable('PostgreSQL: too much is written at once.');
      const [first, most] = BACK_OFF_MS;
      await Bun.sleep(Math.random() * Math.min(most, first * 2 ** tries));
    }
  }
}

/** The lock is held from before the beginning to after the end, whatever happens; a connection that dies loses it with the rest. */
async function transaction(
  connection: ReservedSQL,
  group: readonly Queued[],
  watch: Watch,
): Promise<readonly (() => void)[]> {
  const settle: (() => void)[] = [];
  try {
    const refused = await begin(connection, watch);
    if (refused !== null) {
      await connection.unsafe(`ROLLBACK; ${UNLOCK}`);
      throw new DbUnavailable(`PostgreSQL: ${refused}.`);
    }
    const [only, ...more] = group;
    if (only && more.length === 0) {
      const value = await changed(connection, only);
      settle.push(() => only.resolve(value));
    } else for (const queued of group) settle.push(await apart(connection, queued));
    await commit(connection);
    return settle;
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    if (!unavailable(error)) await connection.unsafe(`ROLLBACK; ${UNLOCK}`);
    throw error;
  }
}

/** Why nothing may be written, in a sentence without its end; null: it may. */
async function begin(connection: ReservedSQL, { fence, clock }: Watch): Promise<string | null> {
  const [locked, , moved] = await together(connection, [LOCK, BEGIN, ...(fence === null ? [] : [fence])]);
  if (moved !== undefined && moved.length > 0)
    return 'this database was left, and the team goes on in another one';
  return clock === null ? null : whyApart(Number(locked?.[0]?.now), clock());
}

/** A transaction in which a statement has failed is rolled back by COMMIT, and that is no error to the server. */
async function commit(connection: ReservedSQL): Promise<void> {
  const [done] = await connection.unsafe<readonly { readonly command: string }[]>(`COMMIT; ${UNLOCK}`);
  if (done?.command !== 'COMMIT') throw new Error('A statement failed, and its write went on.');
}

/** One of several: what it throws is its own. */
async function apart(connection: ReservedSQL, queued: Queued): Promise<() => void> {
  const begun = connection.unsafe('SAVEPOINT w').execute();
  try {
    const [, value] = await Promise.all([begun, changed(connection, queued)]);
    await connection.unsafe('RELEASE w');
    return () => queued.resolve(value);
  } catch (error) {
    if (unavailable(error) || ABORTED.has(stateOf(error))) throw error;
    await connection.unsafe('ROLLBACK TO w; RELEASE w');
    return () => queued.reject(error);
  }
}

async function changed(connection: ReservedSQL, { change }: Queued): Promise<unknown> {
  const tx = new PostgresTx(connection);
  try {
    return await change(tx);
  } finally {
    tx.end();
  }
}

/** Statements that nobody waits for apart; the first error of them. */
const together = (connection: ReservedSQL, statements: readonly string[]): Promise<Answer[]> =>
  Promise.all(statements.map((sql) => connection.unsafe<Answer>(sql).execute()));

class PostgresTx implements Tx {
  #ended = false;
  constructor(private readonly connection: ReservedSQL) {}

  async all<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R[]> {
    return rowsOf<R>(await this.#ask(sql, params));
  }

  async get<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R | null> {
    return rowsOf<R>(await this.#ask(sql, params))[0] ?? null;
  }

  async run(sql: string, params: readonly Value[] = []): Promise<number> {
    return (await this.#ask(sql, params)).count;
  }

  /** What its callback has not waited for must not go into the next one's savepoint. */
  end(): void {
    this.#ended = true;
  }

  #ask(sql: string, params: readonly Value[]): Promise<Answer> {
    if (this.#ended) throw new DbUnavailable('The transaction has ended.');
    // On its way now, in the order of the calls.
    return this.connection.unsafe(TABLE.test(sql) ? bytewise(sql) : sql, [...params]).execute();
  }
}

const TABLE = /^\s*(?:CREATE|ALTER) TABLE/;

/** Texts are compared by their bytes, as on SQLite, whatever the database's own language: ids are in order, and indexes stay right. */
const bytewise = (sql: string): string => sql.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"');

/** Rows, and how many there were or were changed. */
type Answer = readonly Readonly<Record<string, unknown>>[] & { readonly count: number };

/** Values as the other engine gives them: BIGINT and truth as a number, bytes in a buffer of their own. */
function rowsOf<R>(answer: Answer): R[] {
  return answer.map((row) => {
    const plain: Record<string, unknown> = {};
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'bigint' || typeof value === 'boolean') plain[name] = Number(value);
      else plain[name] = value instanceof Uint8Array ? new Uint8Array(value) : value;
    }
    return plain as R;
  });
}
