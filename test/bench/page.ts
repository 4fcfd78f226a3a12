/** The first page that somebody who is signed in loads: every byte of it, and the server's time for the page itself. */
import { SERVICE_WORKER_PATH } from '../../src/contract/paths.ts';
import { startChild } from './child.ts';

export interface FirstLoad {
  /** Bytes over the wire, gzip: the page, everything it names, and the service worker that comes after it. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Milliseconds for the page, the median of fifty. */
  readonly ms: number;
}

/** @param messages remembered by the relay before */
export async function firstLoad(messages: number): Promise<FirstLoad> {
  const child = await startChild('server');
  const [circle] = await child.seed(20, 2);
  await child.history(messages);
  const cookie = circle?.members[0]?.cookie ?? '';
  const origin = `http://localhost:${child.port}`;
  const get = (path: string) =>
    fetch(new URL(path, origin), { headers: { cookie, 'accept-encoding': 'gzip' }, decompress: false });
  const page = await get('/');
  const files = [{ path: '/', bytes: (await page.arrayBuffer()).byteLength }];
  const html = await (await fetch(origin, { headers: { cookie } })).text();
  for (const path of [...named(html), SERVICE_WORKER_PATH])
    files.push({ path, bytes: (await (await get(path)).arrayBuffer()).byteLength });
  const times: number[] = [];
  for (let round = 0; round < 50; round++) {
    const began = performance.now();
    await (await get('/')).arrayBuffer();
    times.push(performance.now() - began);
  }
  await child.stop();
  const ms = Math.round((times.toSorted((a, b) => a - b)[25] ?? Number.NaN) * 100) / 100;
  return { files, ms };
}

/** What the browser fetches without being asked: scripts, styles, preloaded modules, icons. */
function named(html: string): readonly string[] {
  const paths = [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="(\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  return [...new Set(paths)];
}
