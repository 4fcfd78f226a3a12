/**
 * A private S3 server in a temporary folder, where Debian's package for it is installed: OpenStack Swift, which teams run, and which
 * checks signatures. SOTTO_TEST_S3=http://KEY:SECRET@HOST:PORT/BUCKET names one that runs already, of whatever make.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Place } from '../../src/config/outside.ts';
import { type Cut, openCut } from './cut.ts';
import { freePort } from './free-port.ts';

const PYTHON = '/usr/bin/python3';
const GIVEN = process.env.SOTTO_TEST_S3 || null;

/** Why `startS3` cannot be had on this machine; null when it can. */
export const S3_MISSING: string | null =
  GIVEN !== null || existsSync('/usr/lib/python3/dist-packages/swift')
    ? null
    : 'Tests of files in S3 need an S3 server (apt-get install python3-swift), or SOTTO_TEST_S3.';

export interface S3Server {
  /** An empty folder of its bucket, through `line`. */
  readonly place: S3Place;
  /** Its address for SOTTO_TEST_S3. */
  readonly url: string;
  /** What `place` goes through: the line of a server. */
  readonly line: Cut;
  /** What its public endpoint goes through: the line of devices. */
  readonly outside: Cut;
  stop(): Promise<void>;
}

const BUCKET = 'files';

/** What the server is told in the environment. */
export const s3Environment = (place: S3Place): Readonly<Record<string, string>> => ({
  S3_BUCKET: place.bucket,
  S3_ACCESS_KEY_ID: place.accessKeyId,
  S3_SECRET_ACCESS_KEY: place.secretAccessKey,
  ...(place.endpoint === null ? {} : { S3_ENDPOINT: place.endpoint }),
  ...(place.region === null ? {} : { S3_REGION: place.region }),
  ...(place.publicEndpoint === null ? {} : { S3_PUBLIC_ENDPOINT: place.publicEndpoint }),
});

/** Resolves when it answers. @param direct browsers and clients may fetch from it themselves */
export async function startS3({ direct = false } = {}): Promise<S3Server> {
  if (S3_MISSING !== null) throw new Error(S3_MISSING);
  const running = GIVEN === null ? await startSwift() : { url: GIVEN, stop: async () => {} };
  const url = new URL(running.url);
  const [line, outside] = await Promise.all([
    openCut(Number(url.port || 80)),
    openCut(Number(url.port || 80)),
  ]);
  return {
    place: {
      bucket: `${url.pathname.slice(1)}/${crypto.randomUUID()}`,
      endpoint: `http://127.0.0.1:${line.port}`,
      region: 'us-east-1',
      virtualHosted: false,
      accessKeyId: decodeURIComponent(url.username),
      secretAccessKey: decodeURIComponent(url.password),
      sessionToken: null,
      publicEndpoint: direct ? `http://127.0.0.1:${outside.port}` : null,
    },
    url: running.url,
    line,
    outside,
    async stop() {
      await Promise.all([line.close(), outside.close()]);
      await running.stop();
    },
  };
}

async function startSwift(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-s3-'));
  const port = await freePort();
  const [key, secret] = [crypto.randomUUID(), crypto.randomUUID()];
  const child = Bun.spawn([PYTHON, join(import.meta.dir, 's3-server.py'), folder, String(port)], {
    env: {
      PATH: process.env.PATH,
      // Nothing is written beside what is installed.
      PYTHONDONTWRITEBYTECODE: '1',
      S3_KEY: key,
      S3_SECRET: secret,
      S3_BUCKET: BUCKET,
      S3_ORIGIN: '*',
    },
    cwd: folder,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The S3 server ended: ${await new Response(child.stderr).text()}`);
  }
  return {
    url: `http://${key}:${secret}@127.0.0.1:${port}/${BUCKET}`,
    async stop() {
      child.kill('SIGKILL');
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
