/** Two nodes behind a balancer: exchanged one after the other, for a next release too, while people write to each other. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { resolve } from 'node:path';
import { SQL } from 'bun';
import { RELEASE } from '../../src/contract/release.ts';
import { BESIDE_HEADER, type ServedManifest } from '../../src/contract/served.ts';
import { Devices, run } from '../support/client.ts';
import { NEXT_RELEASE } from '../support/next-name.ts';
import { NODES_MISSING, type Node, type Nodes, startNodes } from '../support/nodes.ts';
import { join } from '../support/person.ts';

const PATIENCE_MS = 120_000;
const DRAIN_S = 1;
/** The same program with one migration more, and other files for browsers. */
const NEXT = [process.execPath, resolve(import.meta.dir, '../support/next-release.ts')];
const as = (who: string) => ({ env: { SOTTO_PASSWORD: `lighthouse keeper ${who}` } });

let world: Nodes;
let one: Node;
let two: Node;
const devices = new Devices();
const story = NODES_MISSING === null ? test : test.skip;
if (NODES_MISSING !== null) console.log(NODES_MISSING);

const invited = async (): Promise<string> => {
  const { out, err } = await run(['admin', 'invite', '--data', one.data], {
    env: { DATABASE_URL: world.database },
  }).ended;
  if (out === '') throw new Error(err);
  return out.trim();
};
const say = async (text: string) => {
  const [line] = await devices.done('ada', ['send', '--to', 'ben', text]);
  expect(line?.event).toBe('sent');
};
const asked = async <T>(sql: string): Promise<T[]> => {
  const database = new SQL(world.database, { max: 1 });
  try {
    return [...(await database.unsafe(sql))];
  } finally {
    await database.close();
  }
};
/** What a node says that its release is, when it is asked itself. */
const listOf = async (node: Node) =>
  (await (await fetch(`${node.url}/assets/manifest.json`)).json()) as ServedManifest;
/** Files of a list that this node does not give as they are listed. */
const missing = async (node: Node, { files }: ServedManifest) => {
  const answers = files.map(async ({ path, sha384 }) => {
    const answer = await fetch(`${node.url}${path}`);
    const hash = new Bun.CryptoHasher('sha384').update(await answer.arrayBuffer()).digest('base64');
    return answer.ok && `sha384-${hash}` === sha384 ? [] : [path];
  });
  return (await Promise.all(answers)).flat();
};
const schema = async () =>
  Number((await asked<{ version: number }>('SELECT MAX(version) AS version FROM migrations'))[0]?.version);

beforeAll(async () => {
  if (NODES_MISSING !== null) return;
  world = await startNodes(2, { args: ['--drain', String(DRAIN_S)] });
  const [first, second] = world.nodes;
  if (!first || !second) throw new Error('two nodes were asked for');
  [one, two] = [first, second];
  await devices.done(
    'ada',
    ['join', '--invite', world.setupLink, '--username', 'ada', '--workspace', 'Harbour'],
    as('ada'),
  );
  await devices.done('ben', ['join', '--invite', await invited(), '--username', 'ben'], as('ben'));
}, PATIENCE_MS);
afterAll(async () => {
  devices.remove();
  await world?.stop();
});

story(
  'nodes are exchanged for the next release one after the other, and nobody who writes or listens notices',
  async () => {
    const texts = ['before', 'one is the next', 'two has begun anew', 'two is the next', 'after'];
    const listener = devices.start('ben', ['listen', '--count', String(texts.length), '--timeout', '100s']);
    const heard = async () => (await listener.next())?.text;
    await say('before');
    expect(await heard()).toBe('before');
    const before = await schema();
    const list = await listOf(two);

    expect(await one.stop()).toBe(0);
    await one.start(NEXT);
    await world.balancer.ready(2);
    expect(await schema()).toBe(before + 1);
    await say('one is the next');
    expect(await heard()).toBe('one is the next');

    // Each has the other's files, and knows which releases there are.
    const next = await listOf(one);
    expect([list.release, next.release]).toEqual([RELEASE, NEXT_RELEASE]);
    expect(
      next.files.filter(({ path }) => list.files.some((file) => file.path === path)).length,
    ).toBeLessThan(9);
    expect([await missing(one, list), await missing(two, next)]).toEqual([[], []]);
    const answer = await fetch(`${two.url}/assets/manifest.json`);
    expect(answer.headers.get(BESIDE_HEADER)).toBe(NEXT_RELEASE);

    // This release starts on the database of the next one, too.
    expect(await two.stop()).toBe(0);
    await two.start();
    await world.balancer.ready(2);
    await say('two has begun anew');
    expect(await heard()).toBe('two has begun anew');

    expect(await two.stop()).toBe(0);
    await two.start(NEXT);
    await world.balancer.ready(2);
    // Of the release that has ended, for pages that are still open.
    expect(await missing(two, list)).toEqual([]);
    await say('two is the next');
    await say('after');
    expect([await heard(), await heard()]).toEqual(['two is the next', 'after']);
    expect((await listener.ended).code).toBe(0);
    const all = await devices.done('ben', ['history', '--with', 'ada']);
    expect(all.map(({ text }) => text)).toEqual(texts);
    expect(`${one.log()}${two.log()}`).not.toContain('"level":"error"');
  },
  PATIENCE_MS,
);

story(
  'a node that is told to end sends nobody away unanswered: it says so, and answers until others have taken over',
  async () => {
    const answers: number[] = [];
    const stopped = two.stop();
    let hasEnded = false;
    void stopped.then(() => {
      hasEnded = true;
    });
    const said = async () => (await fetch(`${two.url}/readyz`, { keepalive: false })).status;
    while ((await said()) === 200);
    // Straight to it, as a balancer does that has not looked yet; and to all of them, each time on a new connection.
    expect((await fetch(`${two.url}/api/v1/workspace`, { keepalive: false })).status).toBe(200);
    while (!hasEnded)
      answers.push((await fetch(`${world.url}/api/v1/workspace`, { keepalive: false })).status);
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await stopped).toBe(0);
    await two.start(NEXT);
    await world.balancer.ready(2);
  },
  PATIENCE_MS,
);

story(
  'a session is good at every node, and what only one may do is done by one',
  async () => {
    const cleo = await join(world.url, new URL(await invited()).hash.slice(1), 'cleo', { prekeys: 0 });
    const session = (node: Node) =>
      fetch(`${node.url}/api/v1/session`, { headers: { cookie: cleo.cookie } }).then(({ status }) => status);
    expect([await session(one), await session(two)]).toEqual([200, 200]);
    const rows = await asked<{ name: string; holder: string; node: string; error: string | null }>(
      'SELECT name, holder, node, error FROM leases',
    );
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['files', 'deletions']));
    expect(rows.map(({ name }) => name)).not.toContain('usage');
    for (const { node, error } of rows)
      expect({ node, error }).toEqual({ node: expect.stringMatching(/./), error: null });
  },
  PATIENCE_MS,
);
