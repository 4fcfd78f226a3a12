/** A private PostgreSQL server in a temporary folder, where Debian's programs for one are installed. */
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** Folder of initdb and postgres; null where they are not installed (apt-get install postgresql). */
export const POSTGRES_PROGRAMS: string | null =
  [...new Bun.Glob('/usr/lib/postgresql/*/bin/initdb').scanSync({ absolute: true, cwd: '/' })]
    .sort()
    .at(-1)
    ?.replace(/\/initdb$/, '') ?? null;

export interface PostgresServer {
  /** Without a database. */
  readonly url: string;
  /** Of the process that everything of it belongs to. */
  readonly pid: number;
  /** As a power cut ends it. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** It refuses to run as root: then it is Debian's own user for it. */
const asUser = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];

export interface PostgresChoices {
  /** What is committed survives a power cut too, as on any server; a test that ends the process alone is quicker without. */
  readonly syncs?: boolean;
  /** More of its settings, as `name=value`. */
  readonly settings?: readonly string[];
  /** Fills its folder in place of initdb. */
  readonly fill?: (data: string) => Promise<void>;
}

export async function startPostgres({
  syncs = false,
  settings = [],
  fill,
}: PostgresChoices = {}): Promise<PostgresServer> {
  if (POSTGRES_PROGRAMS === null) throw new Error('PostgreSQL is not installed.');
  const folder = mkdtempSync(join(tmpdir(), 'sotto-postgres-'));
  if (asUser.length > 0) {
    const [uid, gid] = [await idOf('-u'), await idOf('-g')];
    chownSync(folder, uid, gid);
  }
  const data = join(folder, 'data');
  const first = ['-D', data, '-A', 'trust', '-U', 'sotto', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await (fill ? fill(data) : asPostgres([`${POSTGRES_PROGRAMS}/initdb`, ...first]));
  const port = await freePort();
  let child: Bun.Subprocess<'ignore', 'ignore', 'ignore'> | null = null;

  const server: PostgresServer = {
    url: `postgres://sotto@127.0.0.1:${port}`,
    get pid() {
      return child?.pid ?? 0;
    },
    async start() {
      child = Bun.spawn(
        [
          ...asUser,
          `${POSTGRES_PROGRAMS}/postgres`,
          ...['-D', data, '-p', String(port), '-k', folder],
          ...['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
          ...settings.flatMap((setting) => ['-c', setting]),
          ...(syncs ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']),
        ],
        { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' },
      );
      await ran([`${POSTGRES_PROGRAMS}/pg_isready`, '-q', '-h', '127.0.0.1', '-p', String(port)], 200);
    },
    async kill() {
      await ran([`${POSTGRES_PROGRAMS}/pg_ctl`, '-D', data, 'stop', '-m', 'immediate']);
      await child?.exited;
    },
    async remove() {
      await server.kill().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** Runs a program as the user whose folders these are. */
export const asPostgres = (args: readonly string[]): Promise<void> => ran(args);

/** Runs a program until it succeeds, so many times at most. */
async function ran(args: readonly string[], times = 1): Promise<void> {
  for (let left = times; left > 0; left--) {
    const child = Bun.spawn([...asUser, ...args], {
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'pipe',
      cwd: '/',
    });
    const [said, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
    if (code === 0) return;
    if (left === 1) throw new Error(`${args[0]}: ${said}`);
    await Bun.sleep(50);
  }
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number(await new Response(Bun.spawn(['id', flag, 'postgres']).stdout).text());
}
