import { afterAll, beforeAll, expect, test } from 'bun:test';
import { MAX_DEVICES_PER_CONVERSATION, MAX_PEOPLE } from '../../contract/limits.ts';
import { MemoryStorage } from '../memory-storage.ts';
import { messagesOf, seen, textsIn } from '../testing/reading.ts';
import { type MadePerson, World } from '../testing/world.ts';

/** The largest group that there may be, with SOTTO_LONG; otherwise one that is made in seconds. */
const LONG = process.env.SOTTO_LONG === '1';
const [PEOPLE, DEVICES] = LONG ? [MAX_PEOPLE, 3] : [40, 2];
const ALLOWED_MS = 600_000;

let world: World;
let owner: MadePerson;
let others: MadePerson[];

beforeAll(async () => {
  world = new World();
  owner = world.enter(await world.makePerson('mina', 1));
  others = [];
  for (let i = 1; i < PEOPLE; i++) {
    others.push(world.enter(await world.makePerson(`person-${i}`, DEVICES)));
  }
}, ALLOWED_MS);
afterAll(() => world.close());

test(
  `a first message to ${PEOPLE - 1} people with ${DEVICES} devices each tells how far it is, and reaches them`,
  async () => {
    let longest = 0;
    /** Notes how long the lock is held. */
    class Timed extends MemoryStorage {
      override exclusive<T>(operation: () => Promise<T>): Promise<T> {
        return super.exclusive(async () => {
          const since = performance.now();
          try {
            return await operation();
          } finally {
            longest = Math.max(longest, performance.now() - since);
          }
        });
      }
    }
    const [made] = owner.devices;
    if (made === undefined) throw new Error('no device');
    const a = await world.open(owner, 0, { storage: new Timed(made.disk) });
    const since = performance.now();
    const { id } = await a.engine.createGroup({
      name: 'Everybody',
      people: others.map(({ account }) => account),
    });
    await world.settle();
    const took = performance.now() - since;
    const total = (PEOPLE - 1) * DEVICES;
    const steps = a.events.flatMap((event) => (event.type === 'progress' ? [event] : []));
    expect(steps.at(-1)).toMatchObject({ conversation: id, done: total, total });
    expect(steps.map(({ done }) => done)).toEqual(steps.map(({ done }) => done).toSorted((x, y) => x - y));
    const [post] = world.relay.posts;
    const again = performance.now();
    await a.engine.send(id, 'hello, everybody');
    await world.settle();
    const second = performance.now() - again;
    if (LONG)
      console.log(
        `${total} devices: first ${Math.round(took)} ms, then ${Math.round(second)} ms; lock held ${Math.round(longest)} ms; first post ${post?.bytes.length} bytes`,
      );
    expect((await messagesOf(a, id)).every(({ status }) => status === null || status === 'Sent')).toBe(true);
    const [some] = others;
    if (some === undefined) throw new Error('nobody');
    const b = await world.open(some, DEVICES - 1);
    await world.settle();
    expect(await textsIn(b, id)).toEqual(['hello, everybody']);
    expect(await seen(b, id)).toMatchObject({ name: 'Everybody', role: 'member' });
    // So many people would tell each other so much: what is read stays with the reader's own devices.
    await b.engine.markRead(id);
    await world.advance(10_000);
    const last = (await messagesOf(a, id)).at(-1);
    expect(last).toMatchObject({ text: 'hello, everybody', status: 'Delivered' });
    expect(total).toBeLessThanOrEqual(MAX_DEVICES_PER_CONVERSATION);
  },
  ALLOWED_MS,
);
