import { beforeAll, describe, expect, test } from 'bun:test';
import { concat, u32be } from './codec.ts';
import { parseEnvelope } from './envelope.ts';
import { hash, kdf } from './hash.ts';
import { noble } from './noble.ts';
import type { Provider } from './provider.ts';
import { nextSendingKeys, receivingKeys } from './ratchet.ts';
import { decodeSession, encodeSession, type Session } from './session.ts';
import { cheapSignatures, simulatedCrypto } from './simulation/crypto.ts';
import {
  acquainted,
  createDevice,
  type Device,
  receive,
  sendText,
  textOf,
  type Wire,
} from './simulation/device.ts';
import { refusal } from './simulation/refused.ts';

const START = 1_800_000_000_000;
const DAY = 24 * 3_600_000;
const clock = { now: START };
let mina: Device;
let noor: Device;

beforeAll(async () => {
  mina = await createDevice(simulatedCrypto('mina', clock));
  noor = await createDevice(simulatedCrypto('noor', clock));
});

/** Keys of `count` messages of one chain, their places, and the sender afterwards. */
async function chainOf(session: Session, count: number) {
  const keys = [];
  let sender = session;
  for (let i = 0; i < count; i++) {
    const next = await nextSendingKeys(mina.crypto, sender);
    keys.push(next);
    sender = next.session;
  }
  return { keys, sender };
}
type Sent = Awaited<ReturnType<typeof chainOf>>['keys'][number];
const DIGEST = new Uint8Array(32);

/** Takes one message; checks that both sides have the same keys. */
async function take(session: Session, sent: Sent | undefined): Promise<Session> {
  if (sent === undefined) throw new Error('no such message');
  const receiving = await receivingKeys(noor.crypto, session, sent.position);
  if (receiving.seen !== null) throw new Error('seen before');
  expect(receiving.keys).toEqual(sent.keys);
  return receiving.settle(DIGEST);
}
const kept = (session: Session) =>
  session.ratchet.receiving.reduce((sum, { skipped }) => sum + skipped.length, 0);

describe('order', () => {
  test('messages open in any order, over DH steps, each once', async () => {
    let { a, b } = await acquainted(mina, noor);
    const wires: (Wire & { text: string })[] = [];
    for (let step = 0; step < 4; step++) {
      for (let i = 0; i < 3; i++) {
        const text = `${step}.${i}`;
        const sent = await sendText(mina, a, text);
        a = sent.session;
        wires.push({ ...sent, text });
        // Of each chain the middle message arrives at once, so that Noor answers and Mina steps.
        if (i === 1) b = (await receive(noor, b, mina, sent)).session;
      }
      const answer = await sendText(noor, b, 'ok');
      b = answer.session;
      a = (await receive(mina, a, noor, answer)).session;
    }
    const late = wires.filter(({ text }) => !text.endsWith('.1')).reverse();
    for (const wire of late) {
      const opened = await receive(noor, b, mina, wire);
      expect(textOf(opened)).toBe(wire.text);
      b = opened.session;
    }
    for (const wire of wires) expect(await refusal(receive(noor, b, mina, wire))).toBe('E_REPLAY');
    expect(kept(b)).toBe(0);
  });

  test('opening does not change the session it is given, and a failure gives none', async () => {
    const { a, b } = await acquainted(mina, noor);
    const before = encodeSession(b);
    const one = await sendText(mina, a, 'one');
    const two = await sendText(mina, one.session, 'two', 2);
    await receive(noor, b, mina, two);
    await receive(noor, b, mina, one);
    expect(await refusal(receive(noor, b, mina, { ...two, body: one.body }))).toBe('E_AUTH');
    expect(encodeSession(b)).toEqual(before);
  });
});

describe('limits [R41]', () => {
  test('1,000 missing in one chain are bridged, 1,001 are E_SKIP, without X25519', async () => {
    const { a, b } = await acquainted(mina, noor);
    const { keys } = await chainOf(a, 1002);
    const counting = counted();
    const crypto = { ...noor.crypto, provider: counting.provider };
    const before = encodeSession(b);
    expect(await refusal(receivingKeys(crypto, b, keys[1001]?.position ?? never()))).toBe('E_SKIP');
    expect(counting.calls).toEqual([]);
    expect(encodeSession(b)).toEqual(before);
    const session = await take(b, keys[1000]);
    expect(kept(session)).toBe(1000);
    expect(kept(await take(session, keys[0]))).toBe(999);
    // The same within a chain that has begun.
    const begun = await take(b, keys[0]);
    expect(kept(await take(begun, keys[1001]))).toBe(1000);
    const { position } = (await chainOf(keys[1001]?.session ?? never(), 1)).keys[0] ?? never();
    expect(await refusal(receivingKeys(crypto, begun, position))).toBe('E_SKIP');
  });

  test('a session keeps 2,000 keys; more would be E_SKIP', async () => {
    let { a, b } = await acquainted(mina, noor);
    for (let round = 0; round < 2; round++) {
      const { keys, sender } = await chainOf(a, 991);
      b = await take(b, keys[990]);
      const answer = await nextSendingKeys(noor.crypto, b);
      b = answer.session;
      const receiving = await receivingKeys(mina.crypto, sender, answer.position);
      if (receiving.seen !== null) throw new Error('seen before');
      a = receiving.settle(DIGEST);
    }
    expect(kept(b)).toBe(1980);
    const { keys } = await chainOf(a, 22);
    expect(await refusal(take(b, keys[21]))).toBe('E_SKIP');
    expect(kept(await take(b, keys[20]))).toBe(2000);
    clock.now += 8 * DAY;
    expect(kept(await take(b, keys[21]))).toBe(21);
    clock.now = START;
  });

  test('a skipped key is kept for 8 days', async () => {
    const { a, b } = await acquainted(mina, noor);
    const { keys } = await chainOf(a, 3);
    const session = await take(b, keys[2]);
    clock.now += 8 * DAY - 1;
    const within = await take(session, keys[0]);
    clock.now += 1;
    expect(await refusal(take(session, keys[1]))).toBe('E_AUTH');
    expect(kept(await take(within, keys[1]).catch(() => within))).toBe(1);
    clock.now = START;
  });

  test('five old chains are kept beside the current one', async () => {
    let { a, b } = await acquainted(mina, noor);
    const firsts: Sent[] = [];
    for (let round = 0; round < 7; round++) {
      const { keys, sender } = await chainOf(a, 2);
      firsts.push(keys[0] ?? never());
      b = await take(b, keys[1]);
      const answer = await nextSendingKeys(noor.crypto, b);
      b = answer.session;
      const receiving = await receivingKeys(mina.crypto, sender, answer.position);
      if (receiving.seen !== null) throw new Error('seen before');
      a = receiving.settle(DIGEST);
    }
    expect(b.ratchet.receiving).toHaveLength(6);
    expect(await refusal(take(b, firsts[0]))).toBe('E_AUTH');
    for (const first of firsts.slice(1)) b = await take(b, first);
    expect(kept(b)).toBe(0);
  });

  test('a second DH step of the peer without one from here is refused without X25519', async () => {
    const { a, b } = await acquainted(mina, noor);
    const { keys } = await chainOf(a, 1);
    const session = await take(b, keys[0]);
    const counting = counted();
    const position = { ...(keys[0]?.position ?? never()), dh: new Uint8Array(32).fill(9) };
    const crypto = { ...noor.crypto, provider: counting.provider };
    expect(await refusal(receivingKeys(crypto, session, position))).toBe('E_AUTH');
    expect(counting.calls).toEqual([]);
  });
});

describe('secrecy', () => {
  test('each DH step leaves another root behind, which nobody gets back to [R14]', async () => {
    let { a, b } = await acquainted(mina, noor);
    const roots = new Set<string>();
    for (let step = 0; step < 3; step++) {
      const sent = await sendText(mina, a, 'step');
      const opened = await receive(noor, b, mina, sent);
      const answer = await sendText(noor, opened.session, 'step');
      a = (await receive(mina, sent.session, noor, answer)).session;
      b = answer.session;
      for (const { ratchet } of [sent.session, opened.session, answer.session, a])
        roots.add(ratchet.rootKey.toHex());
    }
    // Two steps a round, and both sides meet at each root: the first one was there before.
    expect(roots.size).toBeGreaterThanOrEqual(6);
  });

  test('no two messages share a key [R17]', async () => {
    let { a, b } = await acquainted(mina, noor);
    const keys = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const sent = await nextSendingKeys(mina.crypto, a);
      keys.add(sent.keys.subarray(0, 32).toHex()).add(sent.keys.subarray(32).toHex());
      a = sent.session;
      b = await take(b, sent);
      if (i % 3 !== 0) continue;
      const answer = await nextSendingKeys(noor.crypto, b);
      keys.add(answer.keys.subarray(0, 32).toHex());
      b = answer.session;
      const receiving = await receivingKeys(mina.crypto, a, answer.position);
      if (receiving.seen !== null) throw new Error('seen before');
      a = receiving.settle(DIGEST);
    }
    expect(keys.size).toBe(47);
  });

  test('whoever has the whole state after message n cannot open message n-1 [R14]', async () => {
    const { a, b } = await acquainted(mina, noor);
    const one = await sendText(mina, a, 'n-1');
    const two = await sendText(mina, one.session, 'n', 2);
    const opened = await receive(noor, b, mina, one);
    const after = await receive(noor, opened.session, mina, two);
    // The search works: with the state between the two, message n is found.
    expect(await search(encodeSession(opened.session), two, opened.session)).toBe(true);
    expect(await search(encodeSession(after.session), one, b)).toBe(false);
    expect(await search(encodeSession(two.session), one, b)).toBe(false);
  }, 60_000);

  test('a state that was stolen heals with one step of each side', async () => {
    const { a, b } = await acquainted(mina, noor);
    const stolen = encodeSession(b);
    const one = await sendText(mina, a, 'one');
    const opened = await receive(noor, b, mina, one);
    expect(textOf(await receive(noor, decodeSession(stolen), mina, one))).toBe('one');
    const answer = await sendText(noor, opened.session, 'answer');
    const healed = await receive(mina, one.session, noor, answer);
    const two = await sendText(mina, healed.session, 'two', 2);
    expect(await refusal(receive(noor, decodeSession(stolen), mina, two))).toBe('E_AUTH');
    expect(textOf(await receive(noor, answer.session, mina, two))).toBe('two');
  });
});

const never = (): never => {
  throw new Error('absent');
};

/** A provider that counts asymmetric work. */
function counted(): { readonly calls: string[]; readonly provider: Provider } {
  const calls: string[] = [];
  const provider: Provider = {
    ...cheapSignatures,
    x25519: (...args) => {
      calls.push('x25519');
      return noble.x25519(...args);
    },
  };
  return { calls, provider };
}

/** Tries every 32 bytes of a state as message key, and as chain key at the message's place, on an envelope. */
async function search(state: Uint8Array, wire: Wire, session: Session): Promise<boolean> {
  const { header, headerBytes, sealed } = parseEnvelope(wire.envelope);
  const aad = concat(session.binding, headerBytes, noor.self.device);
  for (let at = 0; at + 32 <= state.length; at++) {
    const guess = state.subarray(at, at + 32);
    const derived = kdf({
      ikm: guess,
      salt: new Uint8Array(),
      label: 'mk',
      context: u32be(header.n),
      length: 32,
    });
    for (const key of [guess, derived]) {
      const out = kdf({ ikm: key, salt: header.salt, label: 'env', context: hash(headerBytes), length: 44 });
      const opened = await noble
        .aesGcmOpen(out.subarray(0, 32), out.subarray(32), sealed, aad)
        .catch(() => null);
      if (opened !== null) return true;
    }
  }
  return false;
}
