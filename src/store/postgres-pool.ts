/**
 * Connections to PostgreSQL that end when nothing comes back: a network that swallows what is sent would keep whoever waits, and the
 * server's side would keep what it has locked.
 */
import { type ReservedSQL, SQL } from 'bun';
import { DbUnavailable } from './db.ts';

export interface PoolOptions {
  /** Connections at most; they are opened when they are needed. */
  readonly max: number;
  /** Seconds to wait for a connection to be opened. */
  readonly patience: number;
  /** Milliseconds to wait for an answer. */
  readonly limit: number;
  /** What the server's list of sessions calls its connections. */
  readonly name: string;
}

/** Seconds after which a connection is replaced: a name may lead to another server by then. */
const LIFETIME_S = 1800;
/**
 * How the server finds out that a node is gone or stuck, in seconds and milliseconds: what that one has locked keeps all others waiting.
 */
const SESSION = {
  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 15_000,
  idle_in_transaction_session_timeout: 20_000,
  client_encoding: 'UTF8',
} as const;

/**
 * Connection lost or refused, shutting down, starting, too many connections, disk full, out of memory, read-only (a standby), a stuck
 * transaction that was ended: nothing was stored, and it may pass by itself. Appendix A of PostgreSQL's manual.
 */
const UNAVAILABLE = /^(?:08...|57P0[1-5]|53[0-4]00|25006|25P03|58030|XX00[12])$/;
/** Another server may be the one that writes now. */
const STANDBY = '25006';
const CONNECTION = /^ERR_POSTGRES_(?:CONNECTION|IDLE|LIFETIME)/;

export class PostgresPool {
  #sql: SQL | null = null;

  constructor(
    private readonly url: string,
    private readonly options: PoolOptions,
  ) {}

  /** Works on any of the connections. Throws DbUnavailable while the server is away. */
  use<T>(work: (sql: SQL) => Promise<T>): Promise<T> {
    return this.within(this.#open(), work);
  }

  /** Works on one connection that nobody else uses meanwhile; it is not used again where that failed for want of the server. */
  async alone<T>(work: (connection: ReservedSQL) => Promise<T>): Promise<T> {
    const sql = this.#open();
    return this.within(sql, async () => {
      const connection = await sql.reserve();
      try {
        const value = await work(connection);
        connection.release();
        return value;
      } catch (error) {
        if (unavailable(error)) void connection.close({ timeout: 0 }).catch(() => undefined);
        else connection.release();
        throw error;
      }
    });
  }

  /** @param timeout seconds that those who wait for an answer get */
  async close(timeout = 1): Promise<void> {
    const sql = this.#sql;
    this.#sql = null;
    await sql?.close({ timeout }).catch(() => undefined);
  }

  private async within<T>(sql: SQL, work: (sql: SQL) => Promise<T>): Promise<T> {
    // Whoever waits hears of it: closing ends every question with an error.
    const timer = setTimeout(() => this.#forget(sql), this.options.limit);
    try {
      return await work(sql);
    } catch (error) {
      if (stateOf(error) === STANDBY) this.#forget(sql);
      throw unavailable(error) ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): SQL {
    this.#sql ??= new SQL(this.url, {
      max: this.options.max,
      bigint: true,
      connectionTimeout: this.options.patience,
      maxLifetime: LIFETIME_S,
      connection: { ...SESSION, application_name: this.options.name },
    });
    return this.#sql;
  }

  #forget(sql: SQL): void {
    if (this.#sql === sql) this.#sql = null;
    void sql.close({ timeout: 0 }).catch(() => undefined);
  }
}

/** SQLSTATE; empty for what did not come from the server. */
export const stateOf = (error: unknown): string =>
  error instanceof SQL.PostgresError && typeof error.errno === 'string' ? error.errno : '';

/** What it is to those who ask, where the server is away; null where it has answered. No message of its own holds the address. */
export function unavailable(error: unknown): DbUnavailable | null {
  if (error instanceof DbUnavailable) return error;
  if (!(error instanceof SQL.PostgresError)) return null;
  if (!UNAVAILABLE.test(stateOf(error)) && !CONNECTION.test(error.code)) return null;
  return new DbUnavailable(`PostgreSQL: ${error.message}`, { cause: error });
}
