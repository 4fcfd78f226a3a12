/**
 * The Db port on `Bun.SQL` and PostgreSQL: SERIALIZABLE writes on one connection behind a queue, reads on a pool.
 *
 * Group commit as on SQLite: writes that queue up while a commit runs share the next transaction, a savepoint each. Nodes take turns by
 * an advisory lock that is taken before the transaction begins: without it, everything that counts on (message numbers, the audit chain)
 * would have them abort each other. SERIALIZABLE stays, for whoever writes without the lock; what is aborted is repeated.
 */
import { type ReservedSQL, SQL } from 'bun';
import { type Db, DbUnavailable, type Row, type Tx, type Value } from './db.ts';

export interface PostgresOptions {
  /** Connections for reads, besides the one that writes. */
  readonly readers?: number;
  /** Seconds to wait for a connection. */
  readonly patience?: number;
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
/** serialization_failure, deadlock_detected. */
const ABORTED: ReadonlySet<string> = new Set(['40001', '40P01']);
/**
 * Connection lost or refused, shutting down, starting, too many connections, disk full, out of memory, read-only (a standby): nothing was
 * stored, and it may pass by itself. Appendix A of PostgreSQL's manual.
 */
const UNAVAILABLE = /^(?:08...|57P0[1-5]|53[0-4]00|25006|58030|XX00[12])$/;
const CONNECTION = /^ERR_POSTGRES_(?:CONNECTION|IDLE|LIFETIME)/;

/** Connects when it is first asked; throws DbUnavailable from each call while the server is away. */
export function openPostgres(url: string, { readers = 8, patience = 5 }: PostgresOptions = {}): Db {
  const pool = (max: number) => new SQL(url, { max, bigint: true, connectionTimeout: patience });
  return new Postgres(pool(readers), pool(1));
}

class Postgres implements Db {
  #queue: Queued[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(
    private readonly readers: SQL,
    private readonly writers: SQL,
  ) {}

  async read<R extends object = Row>(sql: string, params: readonly Value[] = []): Promise<R[]> {
    try {
      return rowsOf<R>(await this.readers.unsafe(sql, [...params]));
    } catch (error) {
      throw unavailable(error) ?? error;
    }
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
    await Promise.all([this.readers.close({ timeout: 1 }), this.writers.close({ timeout: 1 })]);
  }

  async #drain(): Promise<void> {
    // One turn of the event loop gathers what the requests at hand have to write.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commit(this.#queue.splice(0, MAX_GROUP));
    this.#running = null;
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    let connection: ReservedSQL | null = null;
    try {
      connection = await this.writers.reserve();
      await connection.unsafe('SELECT pg_advisory_lock($1)', [WRITER_LOCK]);
      const settle = await repeated(connection, group);
      for (const done of settle) done();
    } catch (error) {
      const reason = unavailable(error) ?? error;
      for (const { reject } of group) reject(reason);
    } finally {
      await release(connection);
    }
  }
}

/** One transaction for the group, again when it was aborted. Gives what its promises are told once it is committed. */
async function repeated(connection: ReservedSQL, group: readonly Queued[]): Promise<readonly (() => void)[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await transaction(connection, group);
    } catch (error) {
      if (!ABORTED.has(stateOf(error)) || tries >= MAX_TRIES) throw error;
      const [first, most] = BACK_OFF_MS;
      await Bun.sleep(Math.random() * Math.min(most, first * 2 ** tries));
    }
  }
}

async function transaction(
  connection: ReservedSQL,
  group: readonly Queued[],
): Promise<readonly (() => void)[]> {
  const settle: (() => void)[] = [];
  await connection.unsafe('BEGIN ISOLATION LEVEL SERIALIZABLE');
  try {
    for (const { change, resolve, reject } of group) {
      await connection.unsafe('SAVEPOINT w');
      const tx = new PostgresTx(connection);
      try {
        const value = await change(tx);
        settle.push(() => resolve(value));
      } catch (error) {
        if (unavailable(error) || ABORTED.has(stateOf(error))) throw error;
        await connection.unsafe('ROLLBACK TO w');
        settle.push(() => reject(error));
      } finally {
        tx.end();
      }
      await connection.unsafe('RELEASE w');
    }
    await connection.unsafe('COMMIT');
    return settle;
  } catch (error) {
    // A connection that is gone has rolled back by itself.
    await connection.unsafe('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Without the lock, to the pool; a connection on which that fails is not used again. */
async function release(connection: ReservedSQL | null): Promise<void> {
  if (connection === null) return;
  try {
    await connection.unsafe('SELECT pg_advisory_unlock($1)', [WRITER_LOCK]);
    connection.release();
  } catch {
    await connection.close({ timeout: 0 }).catch(() => undefined);
  }
}

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
    return this.connection.unsafe(sql, [...params]);
  }
}

/** Rows, and how many there were or were changed. */
type Answer = readonly Readonly<Record<string, unknown>>[] & { readonly count: number };

/** Values as the other engine gives them: BIGINT as a number, bytes in a buffer of their own. */
function rowsOf<R>(answer: Answer): R[] {
  return answer.map((row) => {
    const plain: Record<string, unknown> = {};
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'bigint') plain[name] = Number(value);
      else plain[name] = value instanceof Uint8Array ? new Uint8Array(value) : value;
    }
    return plain as R;
  });
}

/** SQLSTATE; empty for what did not come from the server. */
const stateOf = (error: unknown): string =>
  error instanceof SQL.PostgresError && typeof error.errno === 'string' ? error.errno : '';

function unavailable(error: unknown): DbUnavailable | null {
  if (error instanceof DbUnavailable) return error;
  if (!(error instanceof SQL.PostgresError)) return null;
  if (!UNAVAILABLE.test(stateOf(error)) && !CONNECTION.test(error.code)) return null;
  return new DbUnavailable(`PostgreSQL: ${error.message}`, { cause: error });
}
