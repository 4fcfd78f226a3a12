/** Chunks from where they lie: nothing of a person goes there, and whatever fails there comes through the server. */
import { expect, test } from 'bun:test';
import { DIRECT_HEADER, fileId } from '../../contract/files.ts';
import { httpFiles } from '../http-files.ts';
import { httpCalls } from '../http-relay.ts';
import { directFiles, isOpenTo } from './direct.ts';

const id = fileId(new Uint8Array(16).fill(7));
const CHUNK = new Uint8Array(100).fill(3);
const OTHER = new Uint8Array(100).fill(4);

/** A server that gives addresses, and a store that answers as it is told. */
async function world(
  store: (request: Request) => Response,
  address = (url: URL, n: number) => `${url.origin}/${n}`,
) {
  const asked: string[] = [];
  const fetched: { readonly path: string; readonly headers: Headers }[] = [];
  let now = 0;
  const there = Bun.serve({
    port: 0,
    fetch(request) {
      fetched.push({ path: new URL(request.url).pathname, headers: new Headers(request.headers) });
      return store(request);
    },
  });
  let isAllowed = true;
  const server = Bun.serve({
    port: 0,
    fetch(request) {
      const [kind = '', n = ''] = new URL(request.url).pathname.split('/').slice(5);
      asked.push(`${kind} ${n}`.trim());
      if (kind === 'hashes')
        return new Response(new Uint8Array(32), {
          headers: isAllowed ? { [DIRECT_HEADER]: there.url.origin } : {},
        });
      if (kind === 'direct')
        return Response.json({
          urls: isAllowed ? [0, 1, 2].map((more) => address(there.url, Number(n) + more)) : [],
        });
      return new Response(CHUNK);
    },
  });
  const origin = server.url.origin;
  const calls = httpCalls({ origin, headers: () => ({ cookie: 'sotto=secret', 'sotto-visit': 'secret' }) });
  return {
    files: directFiles(httpFiles(calls), { calls, fetch, isOpen: isOpenTo(origin), clock: () => now }),
    asked,
    fetched,
    forbid() {
      isAllowed = false;
    },
    pass(ms: number) {
      now += ms;
    },
    end: () => Promise.all([server.stop(true), there.stop(true)]),
  };
}

test('chunks come from the store, with one question for several, and nothing of a person goes there', async () => {
  const { files, asked, fetched, pass, end } = await world(() => new Response(CHUNK));
  await files.hashes(id);
  const chunks = await Promise.all([files.chunk(id, 0), files.chunk(id, 1), files.chunk(id, 2)]);
  expect(chunks).toEqual([CHUNK, CHUNK, CHUNK]);
  expect(asked).toEqual(['hashes', 'direct 0']);
  expect(fetched.map(({ path }) => path).sort()).toEqual(['/0', '/1', '/2']);
  for (const { headers } of fetched)
    for (const name of ['cookie', 'sotto-visit', 'referer', 'authorization', 'origin'])
      expect(headers.has(name)).toBe(false);
  // Addresses end: others are asked for.
  pass(50_000);
  await files.chunk(id, 3);
  expect(asked.at(-1)).toBe('direct 3');
  await end();
});

test('without a word of the server nobody asks for addresses', async () => {
  const { files, asked, fetched, forbid, end } = await world(() => new Response(CHUNK));
  forbid();
  await files.hashes(id);
  expect(await files.chunk(id, 0)).toEqual(CHUNK);
  expect(asked).toEqual(['hashes', 'chunks 0']);
  expect(fetched).toEqual([]);
  await end();
});

test('what is not allowed any more comes through the server', async () => {
  const { files, asked, fetched, forbid, end } = await world(() => new Response(CHUNK));
  await files.hashes(id);
  forbid();
  expect(await files.chunk(id, 0)).toEqual(CHUNK);
  expect(await files.chunk(id, 1)).toEqual(CHUNK);
  expect(asked).toEqual(['hashes', 'direct 0', 'chunks 0', 'chunks 1']);
  expect(fetched).toEqual([]);
  await end();
});

test.each([
  ['refuses', () => new Response('no', { status: 403 })],
  ['leads elsewhere', () => Response.redirect('http://127.0.0.1:1/')],
  ['gives more than a chunk', () => new Response(new Uint8Array(2 * 1024 * 1024))],
])('a store that %s is left in peace for a while', async (_, answer) => {
  const { files, asked, fetched, pass, end } = await world(answer);
  await files.hashes(id);
  expect(await files.chunk(id, 0)).toEqual(CHUNK);
  expect(await files.chunk(id, 1)).toEqual(CHUNK);
  expect(asked).toEqual(['hashes', 'direct 0', 'chunks 0', 'chunks 1']);
  expect(fetched.length).toBe(1);
  pass(10 * 60_000);
  await files.chunk(id, 1);
  expect(fetched.length).toBe(2);
  await end();
});

test('other bytes than there must be: asked once more, the server gives them', async () => {
  const { files, asked, end } = await world(() => new Response(OTHER));
  await files.hashes(id);
  expect(await files.chunk(id, 0)).toEqual(OTHER);
  expect(await files.chunk(id, 0)).toEqual(CHUNK);
  expect(asked.at(-1)).toBe('chunks 0');
  await end();
});

test.each(['file:///etc/passwd', 'data:,x', 'ftp://127.0.0.1/x', 'not an address', 'http://127.0.0.2:9/x'])(
  'the server leads nobody to %s',
  async (address) => {
    const { files, asked, end } = await world(
      () => new Response(OTHER),
      () => address,
    );
    await files.hashes(id);
    expect(await files.chunk(id, 0)).toEqual(CHUNK);
    expect(asked.at(-1)).toBe('chunks 0');
    await end();
  },
);

test('from an encrypted server nothing leads to a plain address', () => {
  expect(isOpenTo('https://chat.example')('http://store.example')).toBe(false);
  expect(isOpenTo('https://chat.example')('https://store.example')).toBe(true);
  expect(isOpenTo('http://localhost:3000')('http://localhost:9000')).toBe(true);
  expect(isOpenTo('http://localhost:3000')('file:///')).toBe(false);
});
