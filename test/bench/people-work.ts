/** A conversation of so many people with two devices each: bytes up, and the time of both sides. */
import { encodePost } from '../../src/contract/post.ts';
import { parseEnvelope } from '../../src/protocol/envelope.ts';
import { handshakeTree } from '../../src/protocol/handshake.ts';
import { sealBody } from '../../src/protocol/message.ts';
import { openMessage } from '../../src/protocol/open.ts';
import type { Crypto } from '../../src/protocol/ports.ts';
import { type Session, sealEnvelope } from '../../src/protocol/session.ts';
import { acquainted, type Device, headerOf, textContent } from '../../src/protocol/simulation/device.ts';
import { meet, publishPerson } from './contact-work.ts';
import { benchCrypto, benchDevice, median } from './seal-work.ts';

const DEVICES_EACH = 2;
const TEXT = 'Could you check the signature?';

export interface PeopleWork {
  readonly provider: string;
  /** Recipient devices: every one but the sender's. */
  readonly devices: number;
  /** The whole post. */
  readonly bytes: number;
  /** Milliseconds of the sender, median: in chains that run, and when everybody has answered since. */
  readonly seal: number;
  readonly sealAnswered: number;
  /** Milliseconds of one receiver, median. */
  readonly open: number;
  /** Milliseconds to verify and begin with every device. */
  readonly contact: number;
}

/** One text for every session: the post, and the sessions after it. */
async function sealPost(
  crypto: Crypto,
  from: Device,
  sessions: readonly Session[],
  seq: number,
): Promise<{
  readonly post: Uint8Array;
  readonly body: Uint8Array;
  readonly envelopes: readonly Uint8Array[];
  readonly sessions: readonly Session[];
}> {
  const header = headerOf(from, 1);
  const content = textContent(TEXT, seq, handshakeTree([]).root, crypto.clock());
  const { body, contentKey, bodyHash } = await sealBody(crypto, { header, content, device: from.dik });
  const sealed: { readonly session: Session; readonly envelope: Uint8Array }[] = [];
  for (const session of sessions)
    sealed.push(await sealEnvelope(crypto, session, { bodyId: header.bodyId, contentKey, bodyHash }));
  const envelopes = sealed.map(({ envelope }) => envelope);
  const post = encodePost({ body, omitted: [], recipients: new Uint8Array(32), envelopes });
  return { post, body, envelopes, sessions: sealed.map(({ session }) => session) };
}

/**
 * @param native take the runtime's own primitives where they pass their known answers
 * @param rounds messages that are timed
 */
export async function peopleWork(native: boolean, people: number, rounds: number): Promise<PeopleWork> {
  const crypto = await benchCrypto(native);
  const devices = people * DEVICES_EACH - 1;
  const [a, b] = [await benchDevice(crypto), await benchDevice(crypto)];
  const pair = await acquainted(a, b);
  // The peer's key pairs are the costly part to make and the same to work with: one peer stands in for all.
  const answered = Array.from({ length: devices }, () => pair.a);
  const sealAnswered: number[] = [];
  const seal: number[] = [];
  const open: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    let began = performance.now();
    const first = await sealPost(crypto, a, answered, 2);
    sealAnswered.push(performance.now() - began);
    began = performance.now();
    const next = await sealPost(crypto, a, first.sessions, 3);
    seal.push(performance.now() - began);
    bytes = next.post.length;
    const [before, after] = [first.envelopes[0], next.envelopes[0]];
    if (!before || !after) throw new Error('nobody to write to');
    const opened = await openMessage(crypto, {
      envelope: parseEnvelope(before),
      body: first.body,
      session: pair.b,
      peer: a.known,
    });
    began = performance.now();
    await openMessage(crypto, {
      envelope: parseEnvelope(after),
      body: next.body,
      session: opened.session,
      peer: a.known,
    });
    open.push(performance.now() - began);
  }

  const person = await publishPerson(crypto, DEVICES_EACH);
  const others = Math.floor(devices / DEVICES_EACH);
  await meet(crypto, a.self, person);
  const began = performance.now();
  for (let i = 0; i < others; i++) await meet(crypto, a.self, person);
  // One's own other device is the one that is left over.
  await meet(crypto, a.self, { ...person, devices: person.devices.slice(1) });
  const contact = Math.round((performance.now() - began) * 10) / 10;
  return {
    provider: crypto.provider.name,
    devices,
    bytes,
    seal: median(seal),
    sealAnswered: median(sealAnswered),
    open: median(open),
    contact,
  };
}
