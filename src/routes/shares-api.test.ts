import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup, type Calls, callsAs } from '../../test/support/files.ts';
import { addPerson, randomBytes, type Someone } from '../../test/support/relay.ts';
import { toBase64 } from '../contract/bytes.ts';
import { CHUNK_BYTES, type FileId } from '../contract/files.ts';
import {
  fileHashesPath,
  filePath,
  PATHS,
  shareOfferPath,
  sharePath,
  shareVisitPath,
} from '../contract/paths.ts';
import {
  MAX_LINK_MS,
  SHARE_GUESSES,
  SHARE_REST_MS,
  SHARE_VISIT_MS,
  type ShareId,
  type ShareOffer,
  type ShareRecord,
  type ShareVisit,
  shareId,
  VISIT_HEADER,
} from '../contract/shares.ts';
import { endMembership } from '../store/rosters.ts';

const DAY_MS = 24 * 3600_000;
const COST = { memory: 65_536, passes: 3, lanes: 1 };
let app: TestApp;
let [ada, ben]: Someone[] = [];
let calls: { ada: Calls; ben: Calls; eve: Calls; nobody: Calls };

beforeAll(async () => {
  app = await startApp();
  const people = await Promise.all([0, 1, 2].map(() => addPerson(app.deps.db, 0)));
  [ada, ben] = people;
  const [first, second, third] = await Promise.all(people.map((each) => callsAs(app, each)));
  if (!first || !second || !third) throw new Error('three people');
  calls = { ada: first, ben: second, eve: third, nobody: await callsAs(app, null) };
});
afterAll(() => app.stop());

interface Options {
  readonly proof?: Uint8Array;
  readonly downloads?: number;
  readonly lasts?: number;
  readonly id?: ShareId;
  readonly cost?: object;
}
const manifest = randomBytes(300);
const bodyFor = (file: FileId, { proof, downloads, lasts = DAY_MS, id, cost }: Options = {}) => ({
  id: id ?? shareId(randomBytes(16)),
  file,
  manifest: toBase64(manifest),
  password:
    proof === undefined
      ? null
      : { ...COST, ...cost, salt: toBase64(randomBytes(16)), proof: toBase64(proof) },
  expiresAt: app.deps.clock() + lasts,
  downloads: downloads ?? null,
});
async function share(by: Calls, file: FileId, options: Options = {}): Promise<ShareId> {
  const made = await by.ask('POST', PATHS.shares, bodyFor(file, options));
  expect(made.status).toBe(201);
  return made.json<ShareRecord>().id;
}
const visit = (id: ShareId, proof: Uint8Array | null = null) =>
  calls.nobody.ask('POST', shareVisitPath(id), { proof: proof && toBase64(proof) });
const visited = async (id: ShareId, proof: Uint8Array | null = null) => {
  const answer = await visit(id, proof);
  expect(answer.status).toBe(200);
  return answer.json<ShareVisit>();
};
const chunk = (file: FileId, token: string, n = 0) => calls.nobody.chunk(file, n, { [VISIT_HEADER]: token });
const actions = async () =>
  (
    await app.deps.db.read<{ action: string; actor: string }>('SELECT action, actor FROM audit ORDER BY seq')
  ).map(({ action }) => action);

describe('a link', () => {
  test('lets somebody without an account fetch one file, and nothing else', async () => {
    const { id: file, chunks } = await calls.ada.upload(CHUNK_BYTES + 5, null);
    const other = await calls.ada.upload(10, null);
    const id = await share(calls.ada, file);
    const offer = (await calls.nobody.ask('GET', shareOfferPath(id))).json<ShareOffer>();
    expect(offer).toMatchObject({ password: null, size: CHUNK_BYTES + 5 });
    const given = await visited(id);
    expect(given).toMatchObject({ file, manifest: toBase64(manifest) });
    expect((await chunk(file, given.visit, 1)).bytes).toEqual(chunks[1] ?? new Uint8Array());
    const headers = { [VISIT_HEADER]: given.visit };
    expect((await calls.nobody.ask('GET', fileHashesPath(file), undefined, headers)).bytes.length).toBe(64);
    expect((await chunk(other.id, given.visit)).status).toBe(404);
    expect((await calls.nobody.chunk(file)).status).toBe(401);
    expect((await chunk(file, toBase64(randomBytes(32)))).status).toBe(404);
    // It reads, and does nothing else.
    for (const [method, path] of [
      ['GET', filePath(file)],
      ['DELETE', filePath(file)],
      ['GET', PATHS.files],
      ['GET', PATHS.shares],
    ] as const)
      expect((await calls.nobody.ask(method, path, undefined, headers)).status).toBe(401);
    expect((await calls.nobody.put(file, 0, chunks[0] ?? new Uint8Array(), headers)).status).toBe(404);
    expect(await actions()).toEqual(expect.arrayContaining(['share.made', 'share.visited']));
  });

  test('is made by the owner and by recipients of a complete file alone', async () => {
    if (!ada || !ben) throw new Error('people');
    const group = await addGroup(app.deps.db, app.deps.clock(), [ada, ben]);
    const { id: file } = await calls.ada.upload(10, group);
    const made = await share(calls.ben, file);
    expect((await calls.eve.ask('POST', PATHS.shares, bodyFor(file))).status).toBe(404);
    expect((await calls.nobody.ask('POST', PATHS.shares, bodyFor(file))).status).toBe(401);
    const begun = (await calls.ada.begin(10, group)).json<{ id: FileId }>();
    expect((await calls.ada.ask('POST', PATHS.shares, bodyFor(begun.id))).status).toBe(409);
    // Each sees and ends their own.
    expect((await calls.eve.ask('GET', PATHS.shares)).json<ShareRecord[]>()).toEqual([]);
    expect((await calls.ada.ask('DELETE', sharePath(made))).status).toBe(404);
    expect((await calls.ben.ask('GET', PATHS.shares)).json<ShareRecord[]>().map(({ id }) => id)).toEqual([
      made,
    ]);
    // Who loses the file loses its links, and the visits that run.
    const { visit: token } = await visited(made);
    expect((await chunk(file, token)).status).toBe(200);
    const { account } = ben;
    await app.deps.db.write((tx) => endMembership(tx, group, account, 2));
    expect((await chunk(file, token)).status).toBe(404);
    expect((await visit(made)).status).toBe(404);
    expect((await calls.nobody.ask('GET', shareOfferPath(made))).status).toBe(404);
  });

  test('says the same when it is unknown, over, used up, taken back, or its file is gone', async () => {
    const { id: file } = await calls.ada.upload(10, null);
    const over = await share(calls.ada, file, { lasts: 60_000 });
    const used = await share(calls.ada, file, { downloads: 1 });
    const ended = await share(calls.ada, file);
    const second = await calls.ada.upload(10, null);
    const orphan = await share(calls.ada, second.id);
    const running = (await visited(used)).visit;
    const endedVisit = (await visited(ended)).visit;
    expect((await chunk(file, running)).status).toBe(200);
    await calls.ada.ask('DELETE', sharePath(ended));
    await calls.ada.ask('DELETE', filePath(second.id));
    expect((await chunk(file, endedVisit)).status).toBe(404);
    app.pass(61_000);
    const answers = await Promise.all(
      [shareId(randomBytes(16)), over, used, ended, orphan].map(async (id) => {
        const offer = await calls.nobody.ask('GET', shareOfferPath(id));
        const visiting = await visit(id);
        return JSON.stringify([offer.status, offer.json(), visiting.status, visiting.json()]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('404');
    // Used up for others, it goes on for whoever was there, for as long as a visit lasts.
    expect((await chunk(file, running)).status).toBe(200);
    app.pass(SHARE_VISIT_MS);
    expect((await chunk(file, running)).status).toBe(404);
    await app.deps.services.shares.expire();
    expect(await app.count('file_visits')).toBeLessThan(4);
  });

  test('counts visits, also of people who come at once', async () => {
    const { id: file } = await calls.ada.upload(10, null);
    const id = await share(calls.ada, file, { downloads: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => visit(id)));
    expect(answers.filter(({ status }) => status === 200).length).toBe(3);
    const [record] = (await calls.ada.ask('GET', PATHS.shares)).json<ShareRecord[]>();
    expect(record).toMatchObject({ id, downloads: 3, used: 3 });
  });
});

describe('a password', () => {
  test('is proved, not told; wrong ones make the link rest for who guesses, and not for others', async () => {
    const { id: file } = await calls.ada.upload(10, null);
    const proof = randomBytes(32);
    const id = await share(calls.ada, file, { proof });
    const { password } = (await calls.nobody.ask('GET', shareOfferPath(id))).json<ShareOffer>();
    expect(password).toMatchObject(COST);
    expect(Object.keys(password ?? {}).toSorted()).toEqual(['lanes', 'memory', 'passes', 'salt']);
    expect((await visit(id)).status).toBe(403);
    // What is kept is not what is shown.
    const [row] = await app.deps.db.read<{ proof: Uint8Array }>('SELECT proof FROM shares WHERE id = $1', [
      id,
    ]);
    expect(row?.proof && Buffer.compare(row.proof, proof)).not.toBe(0);
    for (let i = 1; i < SHARE_GUESSES; i++) expect((await visit(id, randomBytes(32))).status).toBe(403);
    const resting = await visit(id, proof);
    expect(resting.status).toBe(429);
    expect(resting.json()).toMatchObject({ error: 'RateLimitExceeded', retry_after: expect.any(Number) });
    const { shares } = app.deps.services;
    expect((await shares.visit(id, proof, '198.51.100.0/24')).file).toBe(file);
    app.pass(SHARE_REST_MS + 1000);
    expect((await visit(id, proof)).status).toBe(200);
    const [record] = (await calls.ada.ask('GET', PATHS.shares)).json<ShareRecord[]>();
    expect(record).toMatchObject({ id, hasPassword: true, used: 2 });
    expect(await actions()).toContain('share.refused');
  });

  test('guessed from very many places, the link rests for everybody, and works again', async () => {
    const { id: file } = await calls.ada.upload(10, null);
    const proof = randomBytes(32);
    const id = await share(calls.ada, file, { proof });
    const { shares } = app.deps.services;
    const guess = async (network: string, with_: Uint8Array) => {
      try {
        await shares.visit(id, with_, network);
        return 'in';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    const answers: string[] = [];
    for (let i = 0; i < 200; i++) answers.push(await guess(`10.0.${i}.0/24`, randomBytes(32)));
    expect(new Set(answers).size).toBe(1);
    expect(await guess('192.0.2.0/24', proof)).toContain('Too many wrong passwords');
    app.pass(SHARE_REST_MS + 1000);
    expect(await guess('192.0.2.0/24', proof)).toBe('in');
  });

  test('[R16] is not hashed more cheaply than the floor says', async () => {
    const { id: file } = await calls.ada.upload(10, null);
    for (const cost of [{ memory: 1024 }, { passes: 1 }, { lanes: 9 }, { memory: 2 ** 40 }])
      expect(
        (await calls.ada.ask('POST', PATHS.shares, bodyFor(file, { proof: randomBytes(32), cost }))).status,
      ).toBe(400);
  });
});

describe('hostile input', () => {
  test('is refused in words', async () => {
    const { id: file } = await calls.ada.upload(10, null);
    const good = bodyFor(file);
    const wrong: readonly object[] = [
      { ...good, id: '../../x' },
      { ...good, file: 'f' },
      { ...good, manifest: '' },
      { ...good, manifest: 'A'.repeat(100_000) },
      { ...good, expiresAt: app.deps.clock() - 1 },
      { ...good, expiresAt: app.deps.clock() + 2 * MAX_LINK_MS },
      { ...good, downloads: 0 },
      { ...good, downloads: 1.5 },
      { ...good, password: 'no' },
      { ...good, password: { ...COST, salt: 'AA', proof: 'AA' } },
      [],
    ];
    for (const body of wrong) expect((await calls.ada.ask('POST', PATHS.shares, body)).status).toBe(400);
    const id = await share(calls.ada, file);
    expect((await calls.ada.ask('POST', PATHS.shares, bodyFor(file, { id }))).status).toBe(409);
    for (const bad of ['x', 'A'.repeat(32), `${id}0`]) {
      expect((await calls.nobody.ask('GET', `${PATHS.shares}/${bad}/offer`)).status).toBe(404);
      expect((await calls.ada.ask('DELETE', `${PATHS.shares}/${bad}`)).status).toBe(404);
    }
    expect((await calls.nobody.ask('POST', shareVisitPath(id), { proof: 'AAAA' })).status).toBe(400);
  });
});

test('a link begins so many visits, whoever asks and from wherever, and no other link waits for that', async () => {
  const limited = await startApp({ limited: true });
  try {
    const owner = await callsAs(limited, await addPerson(limited.deps.db, 0));
    const nobody = await callsAs(limited, null);
    const { id: file } = await owner.upload(5, null);
    const make = async () => {
      const made = await owner.ask('POST', PATHS.shares, bodyFor(file));
      return made.json<ShareRecord>().id;
    };
    const [busy, quiet] = [await make(), await make()];
    const ask = (id: ShareId) => nobody.ask('POST', shareVisitPath(id), { proof: null });
    // A clock that runs gives some back meanwhile.
    while (true)
      try {
        limited.deps.limits.take('visitLink', busy);
      } catch {
        if ((await ask(busy)).status === 429) break;
      }
    expect((await ask(quiet)).status).toBe(200);
  } finally {
    await limited.stop();
  }
});
