/** The first page that somebody who is signed in loads: every byte of it, and the server's time for the page itself. */
import { MANIFEST_PATH, SERVICE_WORKER_PATH } from '../../src/contract/paths.ts';
import type { ServedManifest } from '../../src/contract/served.ts';
import { startChild } from './child.ts';

export interface LoadedFile {
  readonly path: string;
  /** In gzip. */
  readonly bytes: number;
  /** In the smallest coding that the server has for browsers. */
  readonly smallest: number;
}

export interface FirstLoad {
  /** Bytes over the wire, gzip: the page, everything it names, and the service worker that comes after it. */
  readonly files: readonly LoadedFile[];
  /** What the page asks for by itself once it is drawn: the part that sends and receives. */
  readonly after: readonly LoadedFile[];
  /** Milliseconds for the page, the median of fifty. */
  readonly ms: number;
}

/** The engine's own initiative, and small things that parts share. */
const AFTER = /^\/assets\/(?:client-runner|island-shared)\./;

/** @param messages remembered by the relay before */
export async function firstLoad(messages: number): Promise<FirstLoad> {
  const child = await startChild('server');
  const [circle] = await child.seed(20, 2);
  await child.history(messages);
  const cookie = circle?.members[0]?.cookie ?? '';
  const origin = `http://localhost:${child.port}`;
  const get = (path: string, coding = 'gzip') =>
    fetch(new URL(path, origin), { headers: { cookie, 'accept-encoding': coding }, decompress: false });
  const load = async (path: string): Promise<LoadedFile> => {
    const bytes = (await (await get(path)).arrayBuffer()).byteLength;
    let smallest = bytes;
    // Brotli is made beside other work when it is first asked for.
    for (let tries = 0; tries < 100; tries++) {
      const answer = await get(path, 'gzip, br');
      smallest = Math.min(smallest, (await answer.arrayBuffer()).byteLength);
      if (answer.headers.get('content-encoding') !== 'gzip' || path === '/') break;
      await Bun.sleep(50);
    }
    return { path, bytes, smallest };
  };
  const files = [await load('/')];
  const html = await (await fetch(origin, { headers: { cookie } })).text();
  for (const path of [...named(html), SERVICE_WORKER_PATH]) files.push(await load(path));
  const listed = (await (await get(MANIFEST_PATH)).json()) as ServedManifest;
  const after: LoadedFile[] = [];
  for (const { path } of listed.files.filter((file) => AFTER.test(file.path))) after.push(await load(path));
  const times: number[] = [];
  for (let round = 0; round < 50; round++) {
    const began = performance.now();
    await (await get('/')).arrayBuffer();
    times.push(performance.now() - began);
  }
  await child.stop();
  const ms = Math.round((times.toSorted((a, b) => a - b)[25] ?? Number.NaN) * 100) / 100;
  return { files, after, ms };
}

/** What the browser fetches without being asked: scripts, styles, preloaded modules, icons. */
function named(html: string): readonly string[] {
  const paths = [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="(\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  return [...new Set(paths)];
}
