/**
 * Three nodes, and whatever can go away goes away while people write: a node, Redis, PostgreSQL, the network between them. What was
 * said arrives, once, in each sender's order; what could not be sent waits on its sender's device. `SOTTO_LONG=1` goes on for 2,000
 * messages.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices, type Running, run } from '../support/client.ts';
import { namespacesMissing } from '../support/namespaces.ts';
import { NODES_MISSING, type Node, type Nodes, startNodes } from '../support/nodes.ts';

const SENDS = process.env.SOTTO_LONG === '1' ? 2000 : 0;
const SENDERS = ['ben', 'cleo', 'dan', 'eli'];
const PATIENCE_MS = 240_000 + SENDS * 2000;
const secret = (who: string) => ({ env: { SOTTO_PASSWORD: `lighthouse keeper ${who}` } });

let world: Nodes;
const devices = new Devices();
const story = NODES_MISSING === null ? test : test.skip;
/** Cables can be pulled where nodes are on hosts of their own. */
const lacking = NODES_MISSING ?? namespacesMissing();
if (lacking !== null) console.log(lacking);

beforeAll(async () => {
  if (NODES_MISSING !== null) return;
  world = await startNodes(3, { namespaces: lacking === null });
  const join = (who: string, invite: string, more: readonly string[] = []) =>
    devices.done(who, ['join', '--invite', invite, '--username', who, ...more], secret(who));
  await join('ada', world.setupLink, ['--workspace', 'Harbour']);
  for (const who of SENDERS) {
    const invite = ['admin', 'invite', '--data', world.nodes[0]?.data ?? ''];
    const { out, err } = await run(invite, { env: { DATABASE_URL: world.database } }).ended;
    if (out === '') throw new Error(err);
    await join(who, out.trim());
  }
}, 120_000);
afterAll(async () => {
  devices.remove();
  await world?.stop();
});

/** What happens, and how it ends again. */
interface Trouble {
  readonly name: string;
  begin(): unknown;
  end(): unknown;
}

/** Each kind once; in the long run every kind on every node. */
function troublesOf({ nodes, postgres, redis }: Nodes): readonly Trouble[] {
  const kinds: readonly ((node: Node, name: string) => Trouble)[] = [
    (node, name) => ({ name: `${name} dies`, begin: () => node.kill(), end: () => node.start() }),
    (node, name) => ({ name: `${name} is exchanged`, begin: () => node.stop(), end: () => node.start() }),
    ({ redis }, name) => ({ name: `${name} loses Redis`, begin: () => redis.cut(), end: () => redis.heal() }),
    ({ redis }, name) => ({
      name: `${name} hears nothing of Redis`,
      begin: () => redis.hang(),
      end: () => redis.heal(),
    }),
    ({ database }, name) => ({
      name: `${name} loses PostgreSQL`,
      begin: () => database.cut(),
      end: () => database.heal(),
    }),
    ({ database }, name) => ({
      name: `${name} hears nothing of PostgreSQL`,
      begin: () => database.hang(),
      end: () => database.heal(),
    }),
  ];
  const cables = nodes.flatMap(({ network }, n): Trouble[] =>
    network === null || (SENDS === 0 && n > 0)
      ? []
      : [{ name: `node ${n + 1} is cut off`, begin: () => network.unplug(), end: () => network.plug() }],
  );
  return [
    ...cables,
    { name: 'Redis dies', begin: () => redis.kill(), end: () => redis.start() },
    { name: 'PostgreSQL dies', begin: () => postgres.kill(), end: () => postgres.start() },
    ...kinds.flatMap((kind, k) =>
      nodes.flatMap((node, n) => (SENDS > 0 || n === k % nodes.length ? [kind(node, `node ${n + 1}`)] : [])),
    ),
  ];
}

/** Counts what processes have said, and resolves when it has grown. */
class Progress {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  note(): void {
    this.#count++;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async more(by: number): Promise<void> {
    const wanted = this.#count + by;
    while (this.#count < wanted) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}

story(
  'nothing is lost, nothing comes twice, and each sender is heard in order',
  async () => {
    const tried = new Progress();
    const heard = new Progress();
    const said = new Map<string, string[]>(SENDERS.map((who) => [who, []]));
    let total = 0;
    let isOver = false;

    const write = async (who: string): Promise<void> => {
      const own = said.get(who) ?? [];
      // One at a time, as one person writes; what is queued leaves with the next one.
      for (let isQueued = false; !isOver || isQueued; ) {
        const text = `${who} ${own.length + 1}`;
        const { code, lines, err } = await devices.run(who, ['send', '--to', 'ada', text]);
        tried.note();
        const [line] = lines;
        // A server that cannot be asked whom to write to: nothing was said.
        if (line === undefined) {
          expect([text, code]).toEqual([text, 1]);
          expect(err).not.toMatch(/at .*\.ts/);
          isQueued = true;
          continue;
        }
        own.push(text);
        total++;
        isQueued = line.event === 'queued';
      }
    };

    const listening: Running = devices.start('ada', ['listen', '--timeout', 'none']);
    const arrived: string[] = [];
    const hearing = (async () => {
      for (let line = await listening.next(); line !== null; line = await listening.next()) {
        if (line.event !== 'message') continue;
        arrived.push(String(line.text));
        heard.note();
      }
    })();

    const writing = Promise.all(SENDERS.map(write));
    const troubles = troublesOf(world);
    await heard.more(SENDERS.length);
    for (let round = 0; round < troubles.length || total < SENDS; round++) {
      const trouble = troubles[round % troubles.length];
      if (!trouble) break;
      console.log(`${trouble.name}, after ${arrived.length} messages`);
      await trouble.begin();
      await tried.more(SENDERS.length);
      await trouble.end();
      await world.balancer.ready(world.nodes.length);
      await heard.more(SENDERS.length);
    }
    isOver = true;
    await writing;
    while (arrived.length < total) await heard.more(1);
    listening.kill('SIGTERM');
    await hearing;

    for (const who of SENDERS)
      expect(arrived.filter((text) => text.startsWith(`${who} `))).toEqual(said.get(who) ?? []);
    expect(arrived.length).toBe(total);
    console.log(`${total} messages through ${troubles.length} kinds of trouble`);
  },
  PATIENCE_MS,
);
