import { beforeAll, describe, expect, test } from 'bun:test';
import { concat, u32be } from './codec.ts';
import { hash, kdf } from './hash.ts';
import { noble } from './noble.ts';
import { type KxPayload, kxPayload } from './payload.ts';
import { isUnhealed, kxDue, makeKx, takeKx } from './pq-epoch.ts';
import { decodeSession, encodeSession, type Session } from './session.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import {
  acquainted,
  begin,
  createDevice,
  type Device,
  receive,
  receiveFirst,
  sendKx,
  sendText,
} from './simulation/device.ts';
import { refusal } from './simulation/refused.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;
const clock = { now: START };
let mina: Device;
let noor: Device;
beforeAll(async () => {
  clock.now = START;
  mina = await createDevice(simulatedCrypto('mina', clock));
  noor = await createDevice(simulatedCrypto('noor', clock));
});

interface Pair {
  a: Session;
  b: Session;
}
const fresh = async (): Promise<Pair> => {
  clock.now = START;
  return acquainted(mina, noor);
};
/** One message from Mina (or Noor) to the other, with its kx taken. */
async function pass(pair: Pair, from: 'a' | 'b', payload?: KxPayload): Promise<Pair> {
  const [sender, receiver] = from === 'a' ? [mina, noor] : [noor, mina];
  const to = from === 'a' ? 'b' : 'a';
  const wire =
    payload === undefined
      ? await sendText(sender, pair[from], 'text')
      : await sendKx(sender, pair[from], payload);
  const opened = await receive(receiver, pair[to], sender, wire);
  const taken =
    opened.content.kind === 'kx'
      ? await takeKx(receiver.crypto, opened.session, kxPayload.decode(opened.content.payload))
      : opened.session;
  return from === 'a' ? { a: wire.session, b: taken } : { a: taken, b: wire.session };
}
/** Sends the kx that is due from this side. */
async function passDue(pair: Pair, from: 'a' | 'b'): Promise<Pair & { payload: KxPayload }> {
  const made = await makeKx(from === 'a' ? mina.crypto : noor.crypto, pair[from]);
  const next = await pass({ ...pair, [from]: made.session }, from, made.payload);
  return { ...next, payload: made.payload };
}
const why = (session: Session) => kxDue(session, clock.now)?.why ?? null;
const epochs = ({ a, b }: Pair) => [a.pq.epoch, b.pq.epoch];

/** Offer, reply, advance: one whole epoch of its owner. */
async function wholeEpoch(pair: Pair, owner: 'a' | 'b'): Promise<Pair> {
  const peer = owner === 'a' ? 'b' : 'a';
  expect(why(pair[owner])).toBe('offer');
  let now: Pair = await passDue(pair, owner);
  expect(why(now[peer])).toBe('reply');
  now = await passDue(now, peer);
  expect(kxDue(now[owner], clock.now)).toEqual({ why: 'advance', within: 10_000 });
  return passDue(now, owner);
}
async function traffic(pair: Pair, messages: number): Promise<Pair> {
  let now = pair;
  for (let i = 0; i < messages; i++) now = await pass(now, i % 2 === 0 ? 'a' : 'b');
  return now;
}

describe('an epoch', () => {
  test('enters the root of both sides with the DH step of its owner, odd ones of the initiator', async () => {
    let pair = await fresh();
    expect(epochs(pair)).toEqual([0, 0]);
    pair = await wholeEpoch(pair, 'a');
    expect(epochs(pair)).toEqual([1, 1]);
    expect(why(pair.a)).toBe(null);
    expect(why(pair.b)).toBe(null);
    pair = await traffic(pair, 50);
    expect(why(pair.a)).toBe(null);
    pair = await wholeEpoch(pair, 'b');
    expect(epochs(pair)).toEqual([2, 2]);
    pair = await traffic(pair, 50);
    clock.now += HOUR;
    expect(epochs(await wholeEpoch(pair, 'a'))).toEqual([3, 3]);
  });

  test('mixes the KEM secret in: a thief of everything but the seed is shut out, X25519 broken or not', async () => {
    let pair: Pair = await passDue(await fresh(), 'a');
    const { answered } = pair.b.pq;
    pair = await passDue(pair, 'b');
    // The thief has the whole state of Noor, but her answer's secret.
    const stolen: Session = {
      ...pair.b,
      pq: { ...pair.b.pq, answered: answered && { ...answered, secret: new Uint8Array(32) } },
    };
    const wire = await sendText(mina, pair.a, 'under epoch one');
    expect(await refusal(receive(noor, stolen, mina, wire))).toBe('E_AUTH');
    expect((await receive(noor, pair.b, mina, wire)).session.pq.epoch).toBe(1);
  });

  test('derives its secret from key, ciphertext and number', async () => {
    const pair = await passDue(await fresh(), 'a');
    const replied = await passDue(pair, 'b');
    if (pair.payload.type !== 'offer' || replied.payload.type !== 'answer') throw new Error('no epoch');
    const seed = pair.a.pq.offered?.seed ?? new Uint8Array();
    const shared = await noble.mlKemDecapsulate(2, seed, replied.payload.ciphertext);
    const context = concat(u32be(1), hash(pair.payload.key), hash(replied.payload.ciphertext));
    const secret = kdf({ ikm: shared, salt: new Uint8Array(), label: 'pqe', context, length: 32 });
    expect(replied.a.pq.ready).toEqual({ epoch: 1, secret });
    expect(pair.b.pq.answered?.secret).toEqual(secret);
  });

  test('goes on although offers, answers and ordinary messages are lost', async () => {
    let pair = await fresh();
    const lost = await makeKx(mina.crypto, pair.a);
    pair = { ...pair, a: (await sendKx(mina, lost.session, lost.payload)).session };
    expect(why(pair.a)).toBe(null);
    pair = await traffic(pair, 50);
    // Not before ten minutes have passed since the last offer.
    expect(why(pair.a)).toBe(null);
    clock.now += 600_000;
    const again = await passDue(pair, 'a');
    expect(again.payload).toEqual(lost.payload);
    // The answer is lost as well, and the offer comes a third time: the cached answer goes out again.
    const answer = await makeKx(noor.crypto, again.b);
    const silent = (await sendKx(noor, answer.session, answer.payload)).session;
    let later: Pair = await traffic({ a: again.a, b: silent }, 50);
    clock.now += 600_000;
    later = await passDue(later, 'a');
    expect(why(later.b)).toBe('reply');
    const repeated = await passDue(later, 'b');
    expect(repeated.payload).toEqual(answer.payload);
    expect(epochs(await pass(repeated, 'a'))).toEqual([1, 1]);
  });

  test('survives a restart between any two steps', async () => {
    const reload = ({ a, b }: Pair): Pair => ({
      a: decodeSession(encodeSession(a)),
      b: decodeSession(encodeSession(b)),
    });
    let pair = reload(await fresh());
    pair = reload(await passDue(pair, 'a'));
    pair = reload(await passDue(pair, 'b'));
    expect(epochs(reload(await passDue(pair, 'a')))).toEqual([1, 1]);
  });

  test('a wrong ciphertext shows only as a message that does not open [R42]', async () => {
    let pair: Pair = await passDue(await fresh(), 'a');
    const { session, payload } = await makeKx(noor.crypto, pair.b);
    if (payload.type !== 'answer') throw new Error('no answer');
    const ciphertext = payload.ciphertext.with(9, (payload.ciphertext[9] ?? 0) ^ 1);
    pair = await pass({ ...pair, b: session }, 'b', { ...payload, ciphertext });
    const wire = await sendText(mina, pair.a, 'under a wrong secret');
    expect(await refusal(receive(noor, pair.b, mina, wire))).toBe('E_AUTH');
  });
});

describe('what is out of turn changes nothing', () => {
  test('offers of the other side, of other epochs, and answers to other keys', async () => {
    const pair = await passDue(await fresh(), 'a');
    const reply = await makeKx(noor.crypto, pair.b);
    if (pair.payload.type !== 'offer' || reply.payload.type !== 'answer') throw new Error('no epoch');
    const { payload } = pair;
    for (const offer of [
      { ...payload, epoch: 0 },
      { ...payload, epoch: 2 },
      { ...payload, epoch: 3 },
    ])
      expect(await takeKx(noor.crypto, pair.b, offer)).toBe(pair.b);
    expect(await takeKx(mina.crypto, pair.a, payload)).toBe(pair.a);
    for (const answer of [
      { ...reply.payload, epoch: 3 },
      { ...reply.payload, keyHash: new Uint8Array(32) },
    ])
      expect(await takeKx(mina.crypto, pair.a, answer)).toBe(pair.a);
    expect(await takeKx(mina.crypto, pair.a, { type: 'empty', epoch: 1 })).toBe(pair.a);
    expect((await takeKx(mina.crypto, pair.a, reply.payload)).pq.ready?.epoch).toBe(1);
  });

  test('an epoch in a header that was not agreed on, or that jumps, does not open', async () => {
    const pair = await passDue(await fresh(), 'a');
    const answered = await passDue(pair, 'b');
    const ready = answered.a.pq.ready;
    for (const epoch of [2, 3]) {
      const ahead: Session = { ...answered.a, pq: { ...answered.a.pq, ready: ready && { ...ready, epoch } } };
      expect(await refusal(receive(noor, answered.b, mina, await sendText(mina, ahead, 'ahead')))).toBe(
        'E_AUTH',
      );
    }
    const never: Session = { ...answered.b, pq: { ...answered.b.pq, answered: null } };
    expect(await refusal(receive(noor, never, mina, await sendText(mina, answered.a, 'unagreed')))).toBe(
      'E_AUTH',
    );
  });

  test('a key that is no ML-KEM key is E_AUTH', async () => {
    const { b } = await fresh();
    const key = new Uint8Array(1184).fill(0xff);
    expect(await refusal(takeKx(noor.crypto, b, { type: 'offer', epoch: 1, key }))).toBe('E_AUTH');
  });
});

describe('when one is due', () => {
  test('the responder answers a verified handshake by itself, and the first epoch follows that answer', async () => {
    clock.now = START;
    const first = await sendText(mina, await begin(mina, noor), 'hello');
    expect(why(first.session)).toBe(null);
    const { session } = await receiveFirst(noor, mina, first);
    expect(kxDue(session, clock.now)).toEqual({ why: 'answer', within: 0 });
    const answered = await passDue({ a: first.session, b: session }, 'b');
    expect(answered.payload).toEqual({ type: 'empty', epoch: 0 });
    expect(why(answered.b)).toBe(null);
    expect(why(answered.a)).toBe('offer');
  });

  test('without a one-time key the first epoch runs at once, before any answer', async () => {
    clock.now = START;
    const session = await begin(mina, noor, null);
    expect(why(session)).toBe('offer');
    const made = await makeKx(mina.crypto, session);
    const wire = await sendKx(mina, made.session, made.payload);
    const opened = await receiveFirst(noor, mina, wire);
    const taken = await takeKx(noor.crypto, opened.session, kxPayload.decode(opened.content.payload));
    expect(why(taken)).toBe('reply');
    const replied = await passDue({ a: wire.session, b: taken }, 'b');
    expect(why(replied.b)).toBe(null);
    expect(epochs(await passDue(replied, 'a'))).toEqual([1, 1]);
  });

  test('after 50 messages, or 24 hours with traffic, and never for kx alone', async () => {
    let pair = await wholeEpoch(await fresh(), 'a');
    pair = await traffic(pair, 49);
    expect(why(pair.b)).toBe(null);
    expect(why((await traffic(pair, 1)).b)).toBe('offer');

    const idle = await wholeEpoch(await fresh(), 'a');
    clock.now += 25 * HOUR;
    expect(why(idle.b)).toBe(null);
    const spoken = await traffic(idle, 1);
    expect(why(spoken.b)).toBe('offer');
    expect(why(spoken.a)).toBe(null);
  });

  test('at most every ten minutes in one session', async () => {
    let pair = await wholeEpoch(await fresh(), 'a');
    pair = await traffic(pair, 50);
    pair = await wholeEpoch(pair, 'b');
    pair = await traffic(pair, 50);
    expect(why(pair.a)).toBe(null);
    clock.now += 600_000;
    expect(why(pair.a)).toBe('offer');
  });

  test('none to a peer that has been silent for a week', async () => {
    const pair = await wholeEpoch(await fresh(), 'a');
    const spoken = await traffic(pair, 51);
    const alone = await pass(spoken, 'b');
    expect(why(alone.b)).toBe('offer');
    clock.now += 7 * 24 * HOUR;
    expect(why(alone.b)).toBe(null);
  });

  test('a receive-only session owes none, and seven days of traffic without one show', async () => {
    const pair = await fresh();
    expect(kxDue({ ...pair.a, archivedAt: clock.now }, clock.now)).toBe(null);
    expect(isUnhealed(pair.a, clock.now + 7 * 24 * HOUR - 1)).toBe(false);
    expect(isUnhealed(pair.a, clock.now + 7 * 24 * HOUR)).toBe(true);
    const healed = await wholeEpoch(pair, 'a');
    expect(isUnhealed(healed.a, clock.now + 30 * 24 * HOUR)).toBe(false);
  });
});
