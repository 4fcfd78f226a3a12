/** Links for people without an account, as members' devices and visitors see them; and a server that lies about them. */
import { afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import { CHUNK_BYTES, type FileId, fileId } from '../../contract/files.ts';
import type { FileRequestEntry, FileRequestId, ShareId, ShareVisitRequest } from '../../contract/shares.ts';
import { sealFileRequest } from '../../protocol/file-request.ts';
import { sha256 } from '../../protocol/hash.ts';
import { readAll } from '../testing/file-bytes.ts';
import { sayFile } from '../testing/said-files.ts';
import { type Client, type MadePerson, randomBytes, World } from '../testing/world.ts';
import { handIn, readLink, type VisitedLink, visitRequest, visitShare } from './visit.ts';
import type { VisitorTransport } from './visitor-transport.ts';

setDefaultTimeout(60_000);

let cast: MadePerson;
let world: World;
let here: Client;
/** Another device of the same person. */
let there: Client;
beforeAll(async () => {
  cast = await new World().makePerson('mina', 2);
});
beforeEach(async () => {
  world = new World();
  const person = world.enter(cast);
  here = await world.open(person, 0);
  there = await world.open(person, 1);
});
afterEach(() => world.close());

const DAY_MS = 24 * 3600_000;
const later = () => world.relay.clock() + DAY_MS;
const settle = async () => {
  await here.engine.flush();
  await there.engine.flush();
  await world.settle();
  await world.advance(1000);
};
const hash = async (password: string, { salt }: { readonly salt: Uint8Array }) =>
  sha256(new TextEncoder().encode(password), salt);
const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (from: number, to: number) => bytes.slice(from, to),
});
const never = () => Promise.reject(new Error('not asked here'));

describe('a link to a file', () => {
  const notes = async () => (await here.engine.direct(here.account)).id;
  const made = async (password: string | null = null) => {
    const { file } = await sayFile(world, here, await notes(), { name: 'plan.txt' });
    const sharing = await here.engine.sharing();
    const link = await sharing.share(file, {
      password: password === null ? null : { text: password, hash },
      expiresAt: later(),
      downloads: null,
    });
    return { file, link, visited: { id: link.id, key: fromBase64(link.key ?? '') } };
  };
  /** What an honest server answers a visitor. */
  const answering = (id: ShareId) => {
    const stored = world.relay.sharing.shares.get(id);
    if (stored === undefined) throw new Error('no such share');
    const proofs: (string | null)[] = [];
    const visitShare = async (_id: ShareId, { proof }: ShareVisitRequest) => {
      proofs.push(proof);
      return { visit: 'v', file: stored.file, manifest: stored.manifest };
    };
    const offer = { password: stored.password && { ...stored.password } };
    return { stored, proofs, offer, tools: { crypto: world.crypto, transport: { visitShare }, hash } };
  };

  test('opens for who has it, and the server holds nothing that opens', async () => {
    const { file, link, visited } = await made('three small ships');
    const { stored, proofs, offer, tools } = answering(link.id);
    const { file: opened } = await visitShare(tools, visited, offer, 'three small ships');
    expect(opened).toEqual(file);
    expect(proofs).toEqual([stored.password?.proof ?? null]);
    const held = JSON.stringify([...world.relay.sharing.shares.values()]);
    for (const secret of [link.key ?? '?', toBase64(file.key), 'plan.txt', 'three small ships'])
      expect(held).not.toContain(secret);
    await expect(visitShare(tools, visited, offer, 'another')).rejects.toMatchObject({ kind: 'damaged' });
  });

  test('is known on each of one’s own devices, with its key, until it is ended', async () => {
    const { link } = await made();
    await settle();
    const sharing = await there.engine.sharing();
    expect(await sharing.shares()).toMatchObject([{ id: link.id, name: 'plan.txt', key: link.key }]);
    await sharing.endShare(link.id);
    expect(await sharing.shares()).toEqual([]);
    // Ending it twice is no error.
    await (await here.engine.sharing()).endShare(link.id);
  });

  test('[R16] a server that asks for a cheap hash is told nothing', async () => {
    const { link, visited } = await made('three small ships');
    const { proofs, offer, tools } = answering(link.id);
    const cheap = { password: offer.password && { ...offer.password, memory: 8, passes: 1 } };
    await expect(visitShare(tools, visited, cheap, 'three small ships')).rejects.toMatchObject({
      code: 'E_LIMIT',
    });
    expect(proofs).toEqual([]);
  });

  test('a server that says there is no password, gives another file or another manifest, shows nothing', async () => {
    const first = await made('three small ships');
    const second = await made();
    const { tools, offer, stored } = answering(first.link.id);
    const open = (visited: VisitedLink<ShareId>, more: object, says = offer) =>
      visitShare(
        {
          ...tools,
          transport: {
            visitShare: async () => ({ visit: 'v', file: stored.file, manifest: stored.manifest, ...more }),
          },
        },
        visited,
        says,
        'three small ships',
      );
    await expect(open(first.visited, {}, { password: null })).rejects.toMatchObject({ kind: 'damaged' });
    await expect(open(first.visited, { file: second.file.id })).rejects.toMatchObject({ kind: 'damaged' });
    const { manifest } = answering(second.link.id).stored;
    await expect(open(first.visited, { manifest })).rejects.toMatchObject({ kind: 'damaged' });
    await expect(open(second.visited, { manifest }, { password: null })).rejects.toMatchObject({
      kind: 'damaged',
    });
    await expect(open(first.visited, { manifest: '!' })).rejects.toMatchObject({ kind: 'damaged' });
  });
});

describe('a file request', () => {
  const asked = async () => {
    const sharing = await here.engine.sharing();
    const link = await sharing.request({
      title: 'Photos',
      expiresAt: later(),
      files: 5,
      maxFileBytes: CHUNK_BYTES * 3,
    });
    const stored = world.relay.sharing.requests.get(link.id);
    if (stored === undefined) throw new Error('no such request');
    return { link, stored, visited: { id: link.id, key: fromBase64(link.key ?? '') } };
  };
  /** Hands a file in, as a visitor's page does; what the server stored is put where the member finds it. */
  const handed = async (
    { visited, stored }: Awaited<ReturnType<typeof asked>>,
    bytes: Uint8Array,
    name = 'party.jpg',
  ): Promise<FileRequestEntry> => {
    const target = await visitRequest(world.crypto, visited, stored);
    const files = world.relay.files.callsOf(here.account, async (_name, act) => act());
    let entry: FileRequestEntry | null = null;
    const transport = {
      begin: async (_id: FileRequestId, { file, size }: { readonly file: FileId; readonly size: number }) => {
        await files.begin({ id: file, size, conversation: null, expiresAt: null });
        return { visit: 'v' };
      },
      visiting: () => ({
        hashes: never,
        chunk: never,
        putChunks: files.putChunks,
        runs: files.runs,
        finish: (async (_id, file, manifest) => {
          await files.complete(file);
          entry = { file, size: bytes.length, receivedAt: world.relay.clock(), manifest };
        }) satisfies VisitorTransport['finish'],
      }),
    };
    const wait = () => Promise.resolve();
    await handIn(
      { crypto: world.crypto, wait, transport },
      visited,
      target,
      { source: sourceOf(bytes), name, type: '' },
      {},
    );
    if (entry === null) throw new Error('not handed in');
    return entry;
  };
  const put = (id: FileRequestId, ...entries: readonly FileRequestEntry[]) =>
    world.relay.sharing.received.set(id, [...entries]);
  const received = async (by = here) => (await (await by.engine.sharing()).requests())[0]?.received ?? [];

  test('what a visitor hands in is kept as a file of one’s own, once, on all devices', async () => {
    const request = await asked();
    await settle();
    const bytes = new Uint8Array(CHUNK_BYTES + 3).map((_, at) => at % 251);
    const entry = await handed(request, bytes, 'party\u202e.jpg');
    put(request.link.id, entry);
    for (const each of [here, there])
      expect(await received(each)).toMatchObject([
        { id: entry.file, file: { name: 'party.jpg', size: bytes.length } },
      ]);
    const notes = await there.engine.direct(there.account);
    const sharing = await there.engine.sharing();
    const said = await sharing.keep(request.link.id, entry.file, notes.id);
    expect(said.files.map(({ id }) => id)).toEqual([entry.file]);
    const [view] = said.files;
    if (view === undefined) throw new Error('no file');
    expect(await readAll((await there.engine.files()).open(view))).toEqual(bytes);
    await settle();
    // The server shows it again: it is not new, on no device.
    put(request.link.id, entry);
    expect(await received(here)).toEqual([]);
    expect(await received(there)).toEqual([]);
    // It has been told again meanwhile.
    expect(world.relay.sharing.received.get(request.link.id)).toEqual([]);
  });

  test('a thrown away file is gone, and does not come back', async () => {
    const request = await asked();
    const entry = await handed(request, randomBytes(10));
    put(request.link.id, entry);
    await (await here.engine.sharing()).throwAway(request.link.id, entry.file);
    expect(world.relay.files.kept.has(entry.file)).toBe(false);
    put(request.link.id, entry);
    expect(await received()).toEqual([]);
  });

  test('a server that puts its own keys into an offer is found out before anything is sealed', async () => {
    const { visited, stored } = await asked();
    const own = { id: fromHex(visited.id), seed: randomBytes(32) };
    const { offer } = await sealFileRequest(world.crypto, own, { title: 'Photos', name: 'Mina' });
    await expect(visitRequest(world.crypto, visited, { offer: toBase64(offer) })).rejects.toMatchObject({
      kind: 'damaged',
    });
    const bent = fromBase64(stored.offer);
    bent[200] = (bent[200] ?? 0) ^ 1;
    await expect(visitRequest(world.crypto, visited, { offer: toBase64(bent) })).rejects.toMatchObject({
      kind: 'damaged',
    });
  });

  test('what was moved from another request, renamed, cut or made up stays closed and is never kept', async () => {
    const first = await asked();
    const second = await asked();
    const entry = await handed(first, randomBytes(10));
    const sealed = fromBase64(entry.manifest);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    const wrong: readonly FileRequestEntry[] = [
      { ...entry, file: fileId(randomBytes(16)) },
      { ...entry, manifest: toBase64(sealed) },
      { ...entry, manifest: entry.manifest.slice(0, 40) },
      { ...entry, manifest: '' },
      { ...entry, manifest: '*' },
      { ...entry, size: 11 },
    ];
    put(second.link.id, entry);
    const sharing = await here.engine.sharing();
    const all = await sharing.requests();
    expect(all.find(({ id }) => id === second.link.id)?.received[0]?.file).toBeNull();
    for (const each of wrong) {
      put(first.link.id, each);
      const mine = (await sharing.requests()).find(({ id }) => id === first.link.id);
      expect(mine?.received.map(({ file }) => file)).toEqual([null]);
      const notes = await here.engine.direct(here.account);
      await expect(sharing.keep(first.link.id, each.file, notes.id)).rejects.toMatchObject({
        kind: 'damaged',
      });
    }
  });

  test('an address that was not copied whole is none', async () => {
    const { link } = await asked();
    const isId = (value: string): value is FileRequestId => value === link.id;
    expect(readLink(link.id, link.key ?? '', isId)).not.toBeNull();
    for (const [id, key] of [
      [link.id, (link.key ?? '').slice(1)],
      [link.id, ''],
      ['x', link.key ?? ''],
      [link.id, `${link.key}A`],
    ] as const)
      expect(readLink(id, key, isId)).toBeNull();
  });
});
