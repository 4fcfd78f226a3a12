/**
 * Two devices and a network that drops, holds back, reorders, repeats, changes and reflects; devices that crash before a
 * commit; days that pass. Nothing opens twice, nothing is taken for what it is not, and what arrives opens.
 */
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { simulatedCrypto } from './crypto.ts';
import { createDevice } from './device.ts';
import { Node, type Parcel } from './node.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;
/** The relay keeps envelopes for 7 days. */
const RELAY = 7 * 24 * HOUR;
const LONG = process.env.SOTTO_LONG === '1';
/** Printed with the result; SOTTO_SEED runs the same course of events again. */
const SEED = Number(process.env.SOTTO_SEED ?? Math.floor(Math.random() * 2 ** 31));

type Step =
  | { readonly do: 'send'; readonly side: 0 | 1; readonly crash: boolean }
  | { readonly do: 'deliver'; readonly pick: number; readonly crash: boolean; readonly again: boolean }
  | { readonly do: 'drop' | 'change' | 'reflect'; readonly pick: number; readonly at: number }
  | { readonly do: 'wait'; readonly hours: number };

const rarely = fc.nat(9).map((n) => n === 0);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('send' as const), side: fc.constantFrom(0, 1), crash: rarely }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      pick: fc.nat(4),
      crash: rarely,
      again: rarely,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('drop' as const, 'change' as const, 'reflect' as const),
      pick: fc.nat(4),
      at: fc.nat(5000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.constantFrom(1, 30, 100, 200, 400) }),
  },
);

/** What became of every parcel. */
interface Account {
  readonly sent: number;
  readonly opened: number;
  /** Never delivered: dropped by the network, or expired at the relay. */
  readonly dropped: number;
  /** Refused by the rules: of a chain or a session that had to make room. */
  readonly forgotten: number;
  /** Delivered whole and refused without such a reason. */
  readonly lost: readonly string[];
}

async function run(steps: readonly Step[], oneTimeKeys: number): Promise<Account> {
  const clock = { now: START };
  const now = () => clock.now;
  const [a, b] = await Promise.all(
    ['mina', 'noor'].map(
      async (name) => new Node(await createDevice(simulatedCrypto(name, clock), oneTimeKeys), now),
    ),
  );
  if (a === undefined || b === undefined) throw new Error('two nodes');
  const nodes = [a, b] as const;
  const receiverOf = (parcel: Parcel) => (parcel.from === a.device ? b : a);
  let pending: Parcel[] = [];
  const taken: Parcel[] = [];
  const lost: string[] = [];
  const texts = new Map<string, Parcel>();
  /** Ratchet keys of each session in the order in which the receiver met them. */
  const met = new Map<string, string[]>();
  let dropped = 0;
  let forgotten = 0;

  const post = (parcel: Parcel | null) => {
    if (parcel === null) return;
    pending.push(parcel);
    texts.set(parcel.id, parcel);
  };
  const pump = async () => {
    for (const node of nodes) post(await node.sendDue());
  };
  const deliver = async (parcel: Parcel, crash: boolean) => {
    const node = receiverOf(parcel);
    const outcome = await node.take(parcel, crash);
    if (outcome === 'crashed') return;
    pending = pending.filter((other) => other !== parcel);
    taken.push(parcel);
    const chains = met.get(parcel.from.self.device.toHex() + parcel.sid) ?? [];
    if (outcome === 'opened') {
      if (!chains.includes(parcel.dh)) chains.push(parcel.dh);
      met.set(parcel.from.self.device.toHex() + parcel.sid, chains);
      expect(node.store.opened.get(parcel.id)).toBe(parcel.text ?? '');
    } else if (madeRoom(node, parcel, chains)) forgotten++;
    else lost.push(`${parcel.text ?? 'kx'}: ${outcome}`);
    await pump();
  };
  /** Older than five chains of its session, or of a session that made room: refused by the rules. */
  const madeRoom = (node: Node, parcel: Parcel, chains: readonly string[]) =>
    (chains.includes(parcel.dh) && chains.length - chains.indexOf(parcel.dh) > 6) ||
    (chains.length > 0 && !node.store.sessions.has(parcel.sid));

  let count = 0;
  for (const action of steps) {
    if (action.do === 'wait') clock.now += action.hours * HOUR;
    const fresh = pending.filter(({ sentAt }) => clock.now - sentAt < RELAY);
    dropped += pending.length - fresh.length;
    pending = fresh;
    if (action.do === 'wait') await pump();
    if (action.do === 'send') {
      const [from, to] = action.side === 0 ? [a, b] : [b, a];
      post(await from.send(to, `message ${++count}`, action.crash));
    }
    if (action.do === 'wait' || action.do === 'send') continue;
    const parcel = pending[action.pick % Math.max(1, pending.length)];
    if (parcel === undefined) continue;
    if (action.do === 'deliver') {
      await deliver(parcel, action.crash);
      const old = taken[action.pick % Math.max(1, taken.length)];
      if (action.again && old !== undefined)
        expect(await receiverOf(old).take(old, false)).not.toBe('opened');
    }
    if (action.do === 'drop') {
      pending = pending.filter((other) => other !== parcel);
      dropped++;
    }
    if (action.do === 'change') {
      const at = action.at % parcel.envelope.length;
      const envelope = parcel.envelope.with(at, (parcel.envelope[at] ?? 0) ^ 0x20);
      const node = receiverOf(parcel);
      const before = node.store;
      // On a session that is known, the handshake in front of the sealed part says nothing any more.
      const ignored = at >= 96 && at < parcel.envelope.length - 80 && before.sessions.has(parcel.sid);
      if (!ignored) {
        expect(await node.take({ ...parcel, envelope }, false)).toMatch(/^E_(AUTH|FORMAT|SUITE|SKIP|STALE)$/);
        expect(node.store).toBe(before);
      }
    }
    if (action.do === 'reflect') {
      const sender = receiverOf(parcel) === a ? b : a;
      expect(await sender.take(parcel, false)).toMatch(/^E_(AUTH|FORMAT)$/);
    }
  }
  // Calm: everything that still waits arrives, and then both can talk.
  const calm = async () => {
    for (let parcel = pending[0]; parcel !== undefined; parcel = pending[0]) await deliver(parcel, false);
  };
  await calm();
  for (const [from, to] of [
    [a, b],
    [b, a],
    [a, b],
  ] as const) {
    post(await from.send(to, `calm ${++count}`, false));
    await calm();
  }
  // A week later at the latest both send on one session again.
  clock.now += RELAY;
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    post(await from.send(to, `a week later ${++count}`, false));
    await calm();
  }
  expect(a.sending()?.sid).toEqual(b.sending()?.sid);
  for (const node of nodes)
    for (const [id, text] of node.store.opened) expect(text).toBe(texts.get(id)?.text ?? '');
  return { sent: texts.size, opened: a.store.opened.size + b.store.opened.size, dropped, forgotten, lost };
}

test(
  'whatever the network does, what arrives whole opens once, as what it is',
  async () => {
    const total = { sent: 0, opened: 0, dropped: 0, forgotten: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 100, size: 'max' }),
        fc.nat(2),
        async (steps, oneTimeKeys) => {
          const account = await run(steps, oneTimeKeys);
          expect(account.lost).toEqual([]);
          expect(account.opened + account.dropped + account.forgotten).toBe(account.sent);
          total.sent += account.sent;
          total.opened += account.opened;
          total.dropped += account.dropped;
          total.forgotten += account.forgotten;
        },
      ),
      { numRuns: LONG ? 600 : 15, seed: SEED },
    );
    console.log(
      `simulated network (SOTTO_SEED=${SEED}): ${total.sent} sent, ${total.opened} opened, ${total.dropped} dropped on the way, ${total.forgotten} too late`,
    );
  },
  LONG ? 3_600_000 : 60_000,
);
