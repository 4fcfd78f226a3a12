import { afterEach, beforeEach, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { type Assets, createAssets } from '../assets.ts';
import { createLog } from '../ops/log.ts';
import { pack } from '../pack.ts';
import { packingOf } from '../packed-assets.ts';
import { nameByContents, withHash } from '../served-names.ts';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { addReleaseFiles } from '../store/release-files.ts';
import { openSqlite } from '../store/sqlite.ts';
import { createReleaseFiles } from './release-files.ts';
import { createReleases } from './releases.ts';

const DAY_MS = 24 * 3600_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const hashOf = (data: Uint8Array) => new Bun.CryptoHasher('sha384').update(data).digest();

/** Two scripts that lead to each other, a style and a worker, as a release has them. */
const filesOf = (word: string, worker = 'worker') =>
  new Map([
    ...nameByContents(
      new Map([
        ['island.js', `import './part.js';export const word='${word}'`],
        ['part.js', "import {word} from './island.js';export default word"],
      ]),
    ),
    ['app.css', bytes(`/* ${word} */`)],
    ['sw.js', bytes(worker)],
  ]);

let db: Db;
let now = 0;
let log = '';
beforeEach(async () => {
  db = openSqlite(':memory:');
  await migrate(db);
  now = 1_800_000_000_000;
  log = '';
});
afterEach(() => db.close());

/** A node that has begun. */
async function begin(release: string, files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) {
  const assets: Assets = createAssets(files, release);
  const clock = () => now;
  const releases = createReleases({ db, clock }, release);
  const ports = {
    db,
    clock,
    log: createLog('info', clock, (line) => {
      log += line;
    }),
  };
  const others = createReleaseFiles(ports, packingOf(assets), releases);
  const note = async () => {
    await others.note();
    await releases.note();
  };
  await note();
  return { assets, releases, ...others, note };
}
const rows = async () =>
  (await db.read<{ release: string }>('SELECT release FROM release_files ORDER BY release')).map(
    ({ release }) => release,
  );
/** A row that somebody else has written into the database. */
const forge = (files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, id?: Uint8Array) => {
  const packed = pack(files);
  return db.write((tx) =>
    addReleaseFiles(tx, {
      id: id ?? hashOf(packed),
      release: '6.6.6',
      worker: hashOf(bytes('worker')),
      since: 0,
      seen_at: now,
      pack: gzipSync(packed),
    }),
  );
};

test('a node hands out the files of the other release, each under the name of its bytes', async () => {
  const old = await begin('1.0.0', filesOf('old'));
  const next = await begin('1.1.0', filesOf('next'));
  expect(await rows()).toEqual(['1.0.0', '1.1.0']);
  for (const [one, other] of [
    [old, next],
    [next, old],
  ] as const)
    for (const { path, type, sha384, kind } of other.assets.manifest.files) {
      if (kind === 'service-worker' || one.assets.at(path)) continue;
      const asset = await one.at(path);
      expect({ type: asset?.type, integrity: asset?.integrity }).toEqual({ type, integrity: sha384 });
    }
  // Names that say nothing of their bytes, and names that nobody has.
  for (const path of ['/sw.js', '/assets/manifest.json', '/assets/app.css', '/assets/part.0123456789ab.js'])
    expect(await old.at(path)).toBeNull();
});

test('a file under a name that is not of its bytes is refused, with all that came with it', async () => {
  const node = await begin('1.0.0', filesOf('old'));
  const genuine = new Map(
    [...createAssets(filesOf('next')).all].flatMap(([name, { url, bytes: data }]) =>
      name === 'sw.js' ? [] : [[url.slice('/assets/'.length), data] as const],
    ),
  );
  const names = [...genuine.keys()];
  const part = names.find((name) => name.startsWith('part.')) ?? '';
  const style = names.find((name) => name.startsWith('app.')) ?? '';
  const hostile = (name: string, text: string) => new Map([...genuine, [name, bytes(text)]]);
  const text = new TextDecoder().decode(genuine.get(part));
  const refused: [Parameters<typeof forge>[0], Uint8Array?][] = [
    [hostile(part, 'steal()')],
    [hostile(style, 'body{display:none}')],
    [hostile(part, text.replace(/island\.[0-9a-f]{12}/, 'island.0123456789ab'))],
    [hostile('evil.js', 'steal()')],
    [genuine, hashOf(bytes('something else'))],
  ];
  for (const [index, [files, id]] of refused.entries()) {
    await forge(files, id);
    for (const name of names) expect(await node.at(`/assets/${name}`)).toBeNull();
    expect(log.match(/files of another release refused/g)).toHaveLength(index + 1);
    await db.write((tx) => tx.run('DELETE FROM release_files WHERE release = $1', ['6.6.6']));
    now += 2000;
  }
  await forge(genuine);
  expect(Buffer.from((await node.at(`/assets/${part}`))?.bytes ?? []).toString()).toBe(text);
});

test('a pack that is too large, packed or unpacked, is not read', async () => {
  const node = await begin('1.0.0', filesOf('old'));
  const large = (data: Uint8Array<ArrayBuffer>): [string, Uint8Array<ArrayBuffer>] => [
    withHash('large.css', hashOf(data).toString('hex')),
    data,
  ];
  const packed = large(crypto.getRandomValues(new Uint8Array(9 * 1024 * 1024).subarray(0, 65_536)));
  const noise = new Uint8Array(9 * 1024 * 1024);
  for (let at = 0; at < noise.length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
  const [tooLarge, unpacked] = [large(noise), large(new Uint8Array(33 * 1024 * 1024))];
  await forge(new Map([tooLarge]));
  await forge(new Map([unpacked]));
  await forge(new Map([packed]));
  expect(await node.at(`/assets/${tooLarge[0]}`)).toBeNull();
  expect(await node.at(`/assets/${unpacked[0]}`)).toBeNull();
  expect((await node.at(`/assets/${packed[0]}`))?.bytes.length).toBe(65_536);
});

test('files are kept while a node of their release is at work and for a day, and of four releases at most', async () => {
  const old = await begin('1.0.0', filesOf('old'));
  const next = await begin('1.1.0', filesOf('next'));
  const path = old.assets.url('app.css');
  for (let passed = 0; passed < DAY_MS; passed += DAY_MS / 4) {
    now += DAY_MS / 4;
    await old.note();
    await next.note();
  }
  expect(await rows()).toEqual(['1.0.0', '1.1.0']);
  // The old one has ended.
  now += DAY_MS - 60_000;
  await next.note();
  expect((await next.at(path))?.url).toBe(path);
  now += 660_000;
  await next.note();
  expect(await rows()).toEqual(['1.1.0']);
  expect(await next.at(path)).toBeNull();
  for (let n = 2; n < 8; n++) {
    now += 1000;
    await begin(`1.${n}.0`, filesOf(`release ${n}`));
  }
  now += 700_000;
  await next.note();
  expect(await rows()).toHaveLength(4);
  expect(await rows()).toContain('1.1.0');
});

test('another service worker waits until the release that was there before has ended, in either direction', async () => {
  const old = await begin('1.0.0', filesOf('old'));
  now += 5000;
  const next = await begin('1.1.0', filesOf('next', 'another worker'));
  expect([await old.isWorkerEarly(), await next.isWorkerEarly()]).toEqual([false, true]);
  const same = await begin('1.0.1', filesOf('same'));
  expect(await same.isWorkerEarly()).toBe(false);
  // The old one has ended.
  for (let passed = 0; passed < 120_000; passed += 10_000) {
    now += 10_000;
    await next.note();
  }
  expect(await next.isWorkerEarly()).toBe(false);
  // Back: now it is the later one.
  const back = await begin('1.0.0', filesOf('old'));
  now += 2000;
  await next.note();
  expect([await back.isWorkerEarly(), await next.isWorkerEarly()]).toEqual([true, false]);
});
