import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { toBase64, toHex } from '../contract/bytes.ts';
import type { ConversationId, DeviceId } from '../contract/ids.ts';
import { createSigningKeyPair } from '../protocol/identity.ts';
import { decodeSignedLeaf, logLeafRecord } from '../protocol/transparency.ts';
import { FakeLog } from './testing/log.ts';
import { lost } from './testing/relay.ts';
import { type Client, type MadePerson, World } from './testing/world.ts';

let cast: Record<'mina' | 'jonas' | 'li' | 'ola' | 'eve' | 'anew', MadePerson>;
let world: World;
let mina: MadePerson;
let jonas: MadePerson;
let li: MadePerson;

beforeAll(async () => {
  const made = new World();
  const one = (name: string) => made.makePerson(name, 1);
  cast = {
    mina: await made.makePerson('mina', 2),
    jonas: await one('jonas'),
    li: await one('li'),
    ola: await one('ola'),
    eve: await one('eve'),
    anew: await one('nobody'),
  };
  cast.anew = await made.makePerson('mina', 1, { ...cast.mina, leaves: cast.mina.leaves.slice(0, 1) });
}, 60_000);
beforeEach(() => {
  world = new World();
  mina = world.enter(cast.mina, 1);
  jonas = world.enter(cast.jonas);
  li = world.enter(cast.li);
});
afterEach(() => world.close());

const leafOf = (person: MadePerson, at = 0) =>
  decodeSignedLeaf(person.leaves[at] ?? new Uint8Array()).encoded;
const texts = async (client: Client, id: ConversationId) =>
  (await client.engine.messages(id, { limit: 100 })).map(({ text }) => text);
const notices = (client: Client) =>
  client.events.flatMap((event) => (event.type === 'notice' ? [event.code] : []));
const kindsOf = async (client: Client) => (await client.engine.log()).evidence.map(({ kind }) => kind);
/** What `client` is shown from now on; everybody else goes on seeing what they saw. */
function show(client: Pick<Client, 'device'>, log: FakeLog): void {
  const before = world.relay.knobs.log;
  world.relay.knobs.log = (device, honest) => (device === client.device ? log : before(device, honest));
}
async function say(client: Client, id: ConversationId, text: string) {
  const message = await client.engine.send(id, text);
  await world.settle();
  return message;
}
async function reconnect(...clients: Client[]): Promise<void> {
  for (const client of clients) client.line.connect();
  await world.settle();
}
async function talking() {
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.direct(jonas.account);
  await say(a, id, 'hello');
  await say(b, id, 'hello you');
  return { a, b, id };
}

describe('a log that is what it was', () => {
  test('is replayed by everybody, and says who is who', async () => {
    const { a, b } = await talking();
    const [mine, theirs] = [await a.engine.log(), await b.engine.log()];
    expect(mine.head).toEqual(theirs.head);
    expect(mine.head).toMatchObject({ size: 3, root: toHex(world.relay.log.root) });
    expect(mine.people.map(({ username, version }) => `${username} ${version}`)).toEqual([
      'mina 1',
      'jonas 1',
      'li 1',
    ]);
    expect(mine).toMatchObject({ evidence: [], frozen: false });
  });

  test('grows under a running device, and only what is new is fetched', async () => {
    const { a, b, id } = await talking();
    world.enter(cast.ola);
    const asked: number[] = [];
    const page = world.relay.log.page.bind(world.relay.log);
    world.relay.log.page = (from) => {
      asked.push(from);
      return page(from);
    };
    await reconnect(a, b);
    expect((await a.engine.log()).head?.size).toBe(4);
    expect(Math.min(...asked)).toBe(3);
    await say(a, id, 'a newcomer');
    expect(await texts(b, id)).toEqual(['hello', 'hello you', 'a newcomer']);
  });

  test('is the same after a restart, without asking for it from its start', async () => {
    const { a } = await talking();
    const before = await a.engine.log();
    await world.close();
    const again = await world.open(mina, 0, { offline: true });
    expect(await again.engine.log()).toEqual(before);
  });

  test('of a thousand leaves and more lies in few records, and grows across their borders', async () => {
    const log = world.relay.log;
    const member = decodeSignedLeaf(cast.ola.leaves[0] ?? new Uint8Array()).leaf;
    const join = (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const account = new Uint8Array(16).fill(1);
        new DataView(account.buffer).setUint32(0, i);
        log.append(logLeafRecord.encode({ ...member, account, username: `member${i}` }));
      }
    };
    join(0, 250);
    const a = await world.open(mina, 0);
    for (const [from, to] of [
      [250, 252],
      [252, 253],
      [253, 600],
      [600, 1300],
    ] as const) {
      join(from, to);
      await reconnect(a);
      expect((await a.engine.log()).head?.size).toBe(to + 3);
    }
    expect(await a.storage.list('log', { prefix: 'leaves/' })).toHaveLength(6);
    await world.close();
    const again = await world.open(mina, 0, { offline: true });
    expect((await again.engine.log()).head).toMatchObject({ size: 1303, root: toHex(log.root) });
  });

  test('that cannot be asked for makes a message wait, and nothing is wrong with it', async () => {
    const { a, b, id } = await talking();
    world.enter(cast.ola);
    world.relay.knobs.request = (call, device) => {
      if (call === 'log' && device === b.device) throw lost();
    };
    await reconnect(a);
    await say(a, id, 'you have not seen this log');
    expect(await texts(b, id)).not.toContain('you have not seen this log');
    expect(await b.engine.log()).toMatchObject({ evidence: [], frozen: false });
    world.relay.knobs.request = () => {};
    await reconnect(b);
    expect(await texts(b, id)).toContain('you have not seen this log');
  });
});

/** One leaf for one view, another for the other: the server's lie about who has joined. */
async function split() {
  const { a, b, id } = await talking();
  const c = await world.open(li, 0);
  const own = await b.engine.direct(li.account);
  await say(b, own.id, 'we two');
  const other = world.relay.log.fork();
  other.append(leafOf(cast.eve));
  world.relay.log.append(leafOf(cast.ola));
  show(b, other);
  show(c, other);
  await reconnect(a, b, c);
  return { a, b, c, id, own: own.id, other };
}

describe('a server that shows two views', () => {
  test('is caught by ordinary chatting: proof is kept, nothing more is sent, nothing is lost [R37]', async () => {
    const { a, b, c, id, own } = await split();
    // Those who see the same go on; nobody can know yet.
    await say(b, own, 'nothing to see');
    expect(await texts(c, own)).toEqual(['we two', 'nothing to see']);
    expect(notices(b)).not.toContain('E_KT');

    const told = await say(a, id, 'which log do you see?');
    expect(notices(b)).toContain('E_KT');
    const status = await b.engine.log();
    expect(status.frozen).toBe(true);
    expect(status.evidence).toHaveLength(1);
    expect(status.evidence[0]).toMatchObject({
      kind: 'claim',
      size: 4,
      root: toHex(world.relay.log.root),
      seen: null,
      claim: { account: mina.account, device: a.device, body: told.id },
    });
    // Who said so has signed it, and the log has signed the other side.
    expect(status.evidence[0]?.own).not.toBeNull();
    expect(status.evidence[0]?.claim?.signature.length).toBeGreaterThan(4000);
    const shown = await b.engine.message(told.id);
    expect(shown).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('evidence') });

    const held = await say(b, own, 'is anybody listening?');
    expect(await b.engine.message(held.id)).toMatchObject({
      status: 'Failed',
      reason: expect.stringContaining('two views'),
    });
    expect(await texts(c, own)).not.toContain('is anybody listening?');

    await expect(b.engine.createGroup({ name: 'Us', people: [li.account] })).rejects.toThrow('two views');

    // A restart forgets none of it.
    const at = world.clients.indexOf(b);
    world.clients.splice(at, 1);
    b.line.disconnect();
    await b.engine.stop();
    const again = await world.open(jonas, 0);
    expect(await again.engine.log()).toMatchObject({ frozen: true, evidence: status.evidence });
    expect(await texts(c, own)).not.toContain('is anybody listening?');

    // The person decides.
    await again.engine.acknowledgeLog();
    await world.settle();
    expect(await texts(c, own)).toContain('is anybody listening?');
    expect(await texts(again, id)).toContain('which log do you see?');
    const after = await again.engine.log();
    expect(after.frozen).toBe(false);
    expect(after.evidence).toHaveLength(1);
    expect(after.evidence[0]?.seen).toBe(world.time.now);
    // What was seen once does not come up again.
    await say(a, id, 'and now?');
    expect(await texts(again, id)).toContain('and now?');
    expect((await again.engine.log()).frozen).toBe(false);
  });

  test('is caught by receipts and keys between devices as well', async () => {
    const { a, b, id } = await talking();
    const other = world.relay.log.fork();
    other.append(leafOf(cast.eve));
    world.relay.log.append(leafOf(cast.ola));
    show(b, other);
    await reconnect(a, b);
    await b.engine.markRead(id);
    await world.advance(10_000);
    const [found] = (await a.engine.log()).evidence;
    expect(found).toMatchObject({ kind: 'claim', claim: { device: b.device } });
  });

  test('that hides what others have seen is caught when they write', async () => {
    const { a, b, id } = await talking();
    show(b, world.relay.log.fork());
    world.enter(cast.ola);
    await reconnect(a, b);
    await say(a, id, 'ola is here');
    const status = await b.engine.log();
    expect(status).toMatchObject({ frozen: true, evidence: [{ kind: 'claim', size: 4 }] });
    // It shows what it hid: the message opens, the proof stays.
    show(b, world.relay.log);
    await reconnect(b);
    expect(await texts(b, id)).toContain('ola is here');
    expect((await b.engine.log()).evidence).toHaveLength(1);
  });

  test.each([
    ['goes back', 'rollback', () => world.relay.log.fork(2)],
    [
      'goes back, and says that it was restored since',
      'restored',
      () => Object.assign(world.relay.log.fork(2), { restored: world.relay.log.clock() + 3_600_000 }),
    ],
    [
      'goes back, and says that it was restored long before',
      'rollback',
      () => Object.assign(world.relay.log.fork(2), { restored: 1 }),
    ],
    [
      'rewrites what was',
      'fork',
      () => {
        const log = new FakeLog(world.time.clock);
        for (const person of [cast.li, cast.jonas, cast.mina]) log.append(leafOf(person));
        return log;
      },
    ],
    [
      'rewrites and grows',
      'fork',
      () => {
        const log = new FakeLog(world.time.clock);
        for (const person of [cast.li, cast.jonas, cast.mina, cast.ola]) log.append(leafOf(person));
        return log;
      },
    ],
    [
      'signs with another key',
      'signature',
      () => world.relay.log.fork(3, { ...STRANGER, publicKey: STRANGER.publicKey }),
    ],
    [
      'gives somebody’s name to another account',
      'leaf',
      () => {
        const log = world.relay.log.fork();
        const { leaf } = decodeSignedLeaf(cast.eve.leaves[0] ?? new Uint8Array());
        return lying(log, logLeafRecord.encode({ ...leaf, username: 'jonas' }));
      },
    ],
    ['puts noise into its log', 'leaf', () => lying(world.relay.log.fork(), new Uint8Array(200))],
  ] as const)('that %s is refused: %s [R12, R37]', async (_, kind, make) => {
    const { a, b, id } = await talking();
    const before = await a.engine.log();
    show(a, make());
    await reconnect(a);
    expect(notices(a)).toContain('E_KT');
    const status = await a.engine.log();
    expect(status.evidence.map((each) => each.kind)).toEqual([kind]);
    expect(status.evidence[0]?.shown).not.toBeNull();
    // What was verified stays in use, and is told once, however often the server repeats itself.
    expect(status.head).toEqual(before.head);
    await reconnect(a);
    expect(await kindsOf(a)).toEqual([kind]);
    await say(a, id, 'not now');
    expect(await texts(b, id)).not.toContain('not now');
  });

  test('can be gone on with when it was put back from a backup: pins stay', async () => {
    const { a, b, id } = await talking();
    world.enter(cast.ola);
    await reconnect(a, b);
    const backup = world.relay.log.fork(3);
    backup.append(leafOf(cast.eve));
    for (const each of [a, b]) show(each, backup);
    await reconnect(a, b);
    expect(await kindsOf(a)).toEqual(['fork']);
    for (const each of [a, b]) {
      await each.engine.acknowledgeLog();
      await world.settle();
      await reconnect(each);
    }
    expect((await a.engine.log()).head).toMatchObject({ size: 4, root: toHex(backup.root) });
    await say(a, id, 'after the backup');
    expect(await texts(b, id)).toContain('after the backup');
    const { frozen, evidence } = await a.engine.log();
    expect(frozen).toBe(false);
    expect(evidence).toHaveLength(1);
  });
});

const STRANGER = await createSigningKeyPair(new World().crypto);

/** A log that has taken a leaf that no replay takes. */
function lying(honest: FakeLog, leaf: Uint8Array): FakeLog {
  const log = new FakeLog(honest.clock);
  for (const each of honest.leaves) log.append(each);
  log.page = async (from) => {
    const { head } = await honest.page(from);
    return { head, leaves: [...honest.leaves, leaf].slice(from).map(toBase64), more: false, restored: null };
  };
  return log;
}

describe('names', () => {
  test('are the log’s: the server cannot point one at another account', async () => {
    world.enter(cast.eve);
    const a = await world.open(mina, 0);
    const people = world.relay.people;
    const eve = people.get(cast.eve.account);
    if (eve === undefined) throw new Error('nobody');
    people.set(cast.eve.account, { ...eve, username: 'jonas' });
    people.delete(jonas.account);
    expect((await a.engine.people()).map(({ username }) => username)).toEqual(['li']);
    await expect(a.engine.direct(cast.eve.account)).rejects.toThrow('identity can be checked');
    expect(notices(a)).toContain('E_KT');
  });

  test('of somebody who has just joined are found at once', async () => {
    const a = await world.open(mina, 0);
    world.enter(cast.ola);
    expect((await a.engine.people()).map(({ username }) => username)).toContain('ola');
  });
});

describe('what the directory says', () => {
  test('is asked again when the log has moved on in between, and is believed then', async () => {
    const a = await world.open(mina, 0);
    const old = world.relay.people.get(mina.account);
    world.reveal(mina, cast.mina);
    await world.settle();
    const c = await world.open(li, 0);
    let lies = 2;
    world.relay.knobs.directory = (entry) =>
      entry.account === mina.account && old !== undefined && lies-- > 0 ? old : entry;
    const before = world.relay.calls.directory ?? 0;
    await c.engine.direct(mina.account);
    expect((world.relay.calls.directory ?? 0) - before).toBe(3);
    expect(notices(c)).toEqual([]);
    expect(notices(a)).toEqual([]);
  });

  test.each([
    ['no leaf', () => ({ leaf: null })],
    ['somebody else’s leaf', () => ({ leaf: toBase64(cast.li.leaves[0] ?? new Uint8Array()) })],
    ['a leaf whose signature is broken', () => ({ leaf: broken(cast.jonas.leaves[0] ?? new Uint8Array()) })],
    ['another name', () => ({ username: 'jonass' })],
    ['another identity', () => ({ aik: toBase64(cast.eve.aik.publicKey) })],
  ] as const)('with %s pins nobody [R15]', async (_, over) => {
    const a = await world.open(mina, 0);
    world.relay.knobs.directory = (entry) =>
      entry.account === jonas.account ? { ...entry, ...over() } : entry;
    await expect(a.engine.direct(jonas.account)).rejects.toThrow('identity can be checked');
    expect(notices(a).length).toBeGreaterThan(0);
    expect(await a.engine.log()).toMatchObject({ frozen: false, evidence: [] });
  });

  test('of somebody from before the log keeps a pin, and makes none', async () => {
    const { a, b, id } = await talking();
    const before = new FakeLog(world.time.clock);
    before.append(leafOf(cast.mina));
    before.append(leafOf(cast.li));
    await world.close();
    // As if the log had begun after they had met, and Jonas had not been back since.
    for (const person of [mina, jonas]) person.devices[0]?.disk.store('log').clear();
    world.relay.knobs.log = () => before;
    world.relay.knobs.directory = (entry) =>
      entry.account === jonas.account ? { ...entry, leaf: null } : entry;
    const again = await world.open(mina, 0);
    const peer = await world.open(jonas, 0);
    await say(again, id, 'still you');
    expect(await texts(peer, id)).toContain('still you');
    expect(notices(again)).not.toContain('E_KT');
    const stranger = await world.open(li, 0);
    await expect(stranger.engine.direct(jonas.account)).rejects.toThrow('identity can be checked');
    expect([a, b]).toHaveLength(2);
  });
});

const broken = (signed: Uint8Array) => toBase64(signed.with(signed.length - 1, (signed.at(-1) ?? 0) ^ 1));

describe('one’s own account', () => {
  test('with an identity that is not one’s own in the log is told, and nothing is sent', async () => {
    const { a, b, id } = await talking();
    world.relay.log.append(leafOf(cast.anew));
    await reconnect(a);
    const status = await a.engine.log();
    expect(status).toMatchObject({ frozen: true, evidence: [{ kind: 'account' }] });
    expect(notices(a)).toContain('E_KT');
    await say(a, id, 'who am I');
    expect(await texts(b, id)).not.toContain('who am I');
  });

  test('with another device of one’s own in the log is nothing to warn of', async () => {
    const { a } = await talking();
    world.reveal(mina, cast.mina);
    await world.settle();
    expect(await a.engine.log()).toMatchObject({ frozen: false, head: { size: 4 } });
  });
});

test('another tab hears of what was found, and of the decision', async () => {
  const { a, b, id } = await split();
  const heard: string[] = [];
  const listeners: ((text: string) => void)[] = [];
  const tab = await world.open(jonas, 0, {
    storage: b.storage,
    ports: {
      notify: {
        post: (text) => heard.push(text),
        listen: (listener) => {
          listeners.push(listener);
          return () => {};
        },
      },
    },
  });
  await say(a, id, 'which log do you see?');
  expect((await tab.engine.log()).frozen).toBe(true);
  expect((await b.engine.log()).frozen).toBe(true);
  const device: DeviceId = tab.device;
  expect(device).toBe(b.device);
});
