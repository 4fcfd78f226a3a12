import { beforeAll, describe, expect, test } from 'bun:test';
import { HEADER_BYTES, parseEnvelope } from './envelope.ts';
import { handshakeTree, replayRecord, settleSessions } from './handshake.ts';
import { compareBytes } from './hash.ts';
import { sealBody } from './message.ts';
import { kxDue, makeKx } from './pq-epoch.ts';
import {
  acceptSession,
  archiveSession,
  awaitingAnswer,
  encodeSession,
  keptArchives,
  maySend,
  openEnvelope,
  remindPeer,
  type Session,
  sealEnvelope,
  staleness,
  startSession,
} from './session.ts';
import { simulatedCrypto } from './simulation/crypto.ts';
import {
  acquainted,
  begin,
  bundleOf,
  createDevice,
  type Device,
  headerOf,
  prekeysFor,
  receive,
  receiveFirst,
  sendKx,
  sendText,
  textContent,
  textOf,
} from './simulation/device.ts';
import { refusal } from './simulation/refused.ts';

const DAY = 24 * 3_600_000;
const START = 1_800_000_000_000;
const clock = { now: START };
let mina: Device;
let noor: Device;
let eve: Device;

beforeAll(async () => {
  clock.now = START;
  mina = await createDevice(simulatedCrypto('mina', clock));
  noor = await createDevice(simulatedCrypto('noor', clock));
  eve = await createDevice(simulatedCrypto('eve', clock));
});

const key = () => ({
  bodyId: mina.crypto.random(16),
  contentKey: mina.crypto.random(32),
  bodyHash: mina.crypto.random(32),
});

describe('first contact', () => {
  test('repeats the handshake until the first answer, then an envelope is 176 bytes', async () => {
    const first = await sendText(mina, await begin(mina, noor), 'one');
    const second = await sendText(mina, first.session, 'two', 2);
    expect(parseEnvelope(second.envelope).init?.ephemeral).toEqual(
      parseEnvelope(first.envelope).init?.ephemeral,
    );
    expect(first.envelope).toHaveLength(176 + 32 + 32 + 4 + 1 + 4 + 32 + 1088 + 16 + 2 + 2 + 1);

    // The second arrives first: it alone begins the session, and the first one still opens.
    const accepted = await receiveFirst(noor, mina, second);
    expect(textOf(accepted)).toBe('two');
    const late = await receive(noor, accepted.session, mina, first);
    expect(textOf(late)).toBe('one');

    const answer = await sendText(noor, late.session, 'three');
    expect(answer.envelope).toHaveLength(176);
    const answered = await receive(mina, second.session, noor, answer);
    expect(awaitingAnswer(second.session)).toBe(true);
    expect(awaitingAnswer(answered.session)).toBe(false);
    expect((await sendText(mina, answered.session, 'four', 3)).envelope).toHaveLength(176);
  });

  test('works without a one-time prekey', async () => {
    const first = await sendText(mina, await begin(mina, noor, null), 'hello');
    expect(parseEnvelope(first.envelope).init?.oneTimeId).toBe(null);
    expect(textOf(await receiveFirst(noor, mina, first))).toBe('hello');
  });

  test('may only be received from until its signature has verified', async () => {
    const first = await sendText(mina, await begin(mina, noor), 'hello');
    const envelope = parseEnvelope(first.envelope);
    const unverified = await acceptSession(noor.crypto, noor.self, mina.known, prekeysFor(noor, 1), envelope);
    expect(maySend(unverified)).toBe(false);
    expect(await refusal(sealEnvelope(noor.crypto, unverified, key()))).toBe('E_AUTH');
    expect(maySend((await receiveFirst(noor, mina, first)).session)).toBe(true);
  });

  test('is refused when the signed root does not cover it', async () => {
    const session = await begin(mina, noor);
    const other = await begin(mina, eve);
    const wire = await sendText(mina, session, 'hello');
    // The body of another message, signed as well, whose root covers only the handshake with Eve.
    const header = headerOf(mina, 1);
    const content = textContent('hello', 1, handshakeTree([other.transcript]).root, clock.now);
    const body = await sealBody(mina.crypto, { header, content, device: mina.dik });
    const proof = handshakeTree([session.transcript]).proofs[0];
    const { envelope } = await sealEnvelope(mina.crypto, session, {
      ...body,
      bodyId: header.bodyId,
      handshake: proof,
    });
    expect(await refusal(receiveFirst(noor, mina, { body: body.body, envelope }))).toBe('E_AUTH');
    expect(textOf(await receiveFirst(noor, mina, wire))).toBe('hello');
  });

  test('to or from a certificate that is not the one is refused [R25]', async () => {
    const other = new Uint8Array(32).fill(3);
    const options = { suite: 2 };
    const toOther = await startSession(mina.crypto, mina.self, { ...bundleOf(noor), hash: other }, options);
    expect(await refusal(receiveFirst(noor, mina, await sendText(mina, toOther, 'hello')))).toBe('E_AUTH');
    const asOther = { ...mina.self, certificateHashes: [other, mina.known.hash] };
    const fromOther = await startSession(mina.crypto, asOther, bundleOf(noor), options);
    expect(await refusal(receiveFirst(noor, mina, await sendText(mina, fromOther, 'hello')))).toBe('E_AUTH');
    // A renewed certificate does not stop a handshake to the one before.
    const renewed = { ...noor, self: { ...noor.self, certificateHashes: [other, noor.known.hash] } };
    const wire = await sendText(mina, await begin(mina, noor), 'hello');
    expect(textOf(await receiveFirst(renewed, mina, wire))).toBe('hello');
  });

  test('one message carries many handshakes, each proven by its own path', async () => {
    const people = [noor, eve];
    const sessions = await Promise.all(people.map((person) => begin(mina, person)));
    const tree = handshakeTree(sessions.map(({ transcript }) => transcript));
    const header = headerOf(mina, 1);
    const content = textContent('to both', 1, tree.root, clock.now);
    const body = await sealBody(mina.crypto, { header, content, device: mina.dik });
    for (const [i, person] of people.entries()) {
      const session = sessions[i] as Session;
      const message = { ...body, bodyId: header.bodyId, handshake: tree.proofs[i] };
      const { envelope } = await sealEnvelope(mina.crypto, session, message);
      expect(textOf(await receiveFirst(person, mina, { body: body.body, envelope }))).toBe('to both');
    }
  });

  test('is refused the second time, by the record that the caller keeps [R24]', async () => {
    const first = await sendText(mina, await begin(mina, noor, null), 'hello');
    const { replay } = await receiveFirst(noor, mina, first);
    expect(replay).toEqual(replayRecord(parseEnvelope(first.envelope)));
    expect(await refusal(receiveFirst(noor, mina, first, true))).toBe('E_STALE');
    const again = await sendText(mina, await begin(mina, noor, null), 'hello');
    expect(replayRecord(parseEnvelope(again.envelope)).key).not.toBe(replay.key);
  });

  test('a suite that the peer does not have is refused [R36]', async () => {
    for (const suite of [0, 1, 3, 9])
      expect(await refusal(startSession(mina.crypto, mina.self, bundleOf(noor), { suite }))).toBe('E_SUITE');
    // One that is used here, and that the certificate does not name.
    const bundle = bundleOf(noor);
    const other = { ...bundle, certificate: { ...bundle.certificate, suites: [3] } };
    expect(await refusal(startSession(mina.crypto, mina.self, other, { suite: 2 }))).toBe('E_SUITE');
  });

  test('an envelope of another suite than its session has is refused [R36]', async () => {
    const { a, b } = await acquainted(mina, noor);
    const wire = await sendText(mina, a, 'hello');
    expect(await refusal(receive(noor, { ...b, suite: 3 }, mina, wire))).toMatch(/^E_(?:SUITE|AUTH)$/);
    expect(await refusal(openEnvelope(noor.crypto, { ...b, suite: 3 }, parseEnvelope(wire.envelope)))).toBe(
      'E_SUITE',
    );
  });

  test('what is not signed is refused under another certificate than the session’s peer has [R25]', async () => {
    const { a, b } = await acquainted(mina, noor);
    const wire = await sendKx(mina, a, { type: 'empty', epoch: 0 });
    for (const certificate of [
      { ...mina.known.certificate, signingKey: eve.known.certificate.signingKey },
      { ...mina.known.certificate, account: eve.self.account },
      { ...mina.known.certificate, device: eve.self.device },
    ])
      expect(await refusal(receive(noor, b, { ...mina, known: { ...mina.known, certificate } }, wire))).toBe(
        'E_AUTH',
      );
    expect((await receive(noor, b, mina, wire)).content.kind).toBe('kx');
  });

  test('a body under another envelope’s id is refused before any key is touched [R41]', async () => {
    const { a, b } = await acquainted(mina, noor);
    const one = await sendText(mina, a, 'one');
    const two = await sendText(mina, one.session, 'two');
    const never = () => Promise.reject(new Error('a key was touched'));
    const { provider } = noor.crypto;
    const untouched = {
      ...noor,
      crypto: { ...noor.crypto, provider: { ...provider, x25519: never, aesGcmOpen: never } },
    };
    const mixed = { envelope: one.envelope, body: two.body };
    expect(await refusal(receive(untouched, b, mina, mixed))).toBe('E_AUTH');
  });
});

describe('both sides at once', () => {
  test('both accept, and both send on the session with the smaller transcript; the other never sends again [R31]', async () => {
    const fromMina = await sendText(mina, await begin(mina, noor), 'from Mina');
    const fromNoor = await sendText(noor, await begin(noor, mina), 'from Noor');
    const atNoor = (await receiveFirst(noor, mina, fromMina)).session;
    const atMina = (await receiveFirst(mina, noor, fromNoor)).session;
    const minaSettled = settleSessions(fromMina.session, atMina, clock.now);
    const noorSettled = settleSessions(fromNoor.session, atNoor, clock.now);
    expect(minaSettled.sending.sid).toEqual(noorSettled.sending.sid);
    const smaller =
      compareBytes(fromMina.session.transcript, fromNoor.session.transcript) < 0 ? fromMina : fromNoor;
    expect(minaSettled.sending.sid).toEqual(smaller.session.sid);
    expect(minaSettled.receiveOnly?.sid).toEqual(noorSettled.receiveOnly?.sid);

    // What was under way on the other one still opens, and it never sends again [R31].
    const loser = minaSettled.receiveOnly as Session;
    expect(maySend(loser)).toBe(false);
    expect(
      await refusal(
        sealEnvelope(mina.crypto, loser, { ...key(), handshake: { index: 0, size: 1, path: [] } }),
      ),
    ).toBe('E_AUTH');
  });

  test('the winner makes itself heard when the other side has not heard of it', async () => {
    const starts = [
      await begin(mina, noor),
      await begin(mina, noor),
      await begin(mina, noor),
      await begin(mina, noor),
    ];
    const fromNoor = await sendText(noor, await begin(noor, mina), 'from Noor');
    const smaller = starts.find(
      ({ transcript }) => compareBytes(transcript, fromNoor.session.transcript) < 0,
    );
    if (smaller === undefined) throw new Error('the seed gives no smaller transcript');
    // Mina's first message never arrives; Noor goes on with her own session, on which Mina will never send.
    const silent = (await sendText(mina, smaller, 'lost')).session;
    expect(kxDue(silent, clock.now)).toBe(null);
    const accepted = (await receiveFirst(mina, noor, fromNoor)).session;
    const { sending, receiveOnly } = settleSessions(silent, accepted, clock.now);
    expect(kxDue(sending, clock.now)).toEqual({ why: 'remind', within: 0 });
    const { session, payload } = await makeKx(mina.crypto, sending);
    const reminder = await sendKx(mina, session, payload);
    expect(kxDue(reminder.session, clock.now)).toBe(null);
    expect(maySend(receiveOnly as Session)).toBe(false);
    // Another message on Noor's session reminds her again, ten minutes later at the earliest.
    expect(remindPeer(reminder.session, clock.now).reminderDue).toBe(false);
    expect(remindPeer(reminder.session, clock.now + 600_000).reminderDue).toBe(true);
    // Whoever is heard is not silent.
    const later = clock.now + 31 * DAY;
    expect(staleness(reminder.session, later)).toBe('expired');
    expect(kxDue({ ...reminder.session, reminderDue: true }, later)).toBe(null);
    expect(staleness(remindPeer(reminder.session, later), later)).toBe('renew');

    const atNoor = (await receiveFirst(noor, mina, reminder)).session;
    const noorSettled = settleSessions(fromNoor.session, atNoor, clock.now);
    expect(noorSettled.sending.sid).toEqual(smaller.sid);
    expect(kxDue(noorSettled.sending, clock.now)).toEqual({ why: 'answer', within: 0 });
  });

  test('a peer whose answer was lost, and that begins anew, is followed whatever the transcripts', async () => {
    const mine = await sendText(mina, await begin(mina, noor), 'hello');
    const atNoor = await receiveFirst(noor, mina, mine);
    const lost = await sendText(noor, atNoor.session, 'this answer is lost');
    // And so is the first session that Noor begins then.
    const once = await startSession(noor.crypto, noor.self, bundleOf(mina), {
      suite: 2,
      replaces: lost.session,
    });
    for (let i = 0; i < 4; i++) {
      const twice = await startSession(noor.crypto, noor.self, bundleOf(mina), { suite: 2, replaces: once });
      const { session } = await receiveFirst(mina, noor, await sendText(noor, twice, 'anew'));
      expect(settleSessions(mine.session, session, clock.now).sending.sid).toEqual(twice.sid);
    }
  });

  test('a peer that begins anew after an answer is followed', async () => {
    const { a, b } = await acquainted(mina, noor);
    const anew = await sendText(noor, await begin(noor, mina), 'from a new session');
    const { session } = await receiveFirst(mina, noor, anew);
    const { sending, receiveOnly } = settleSessions(a, session, clock.now);
    expect(sending.sid).toEqual(session.sid);
    // The archived session still opens what was sent on it before.
    const late = await sendText(noor, b, 'on the old one');
    expect(textOf(await receive(mina, receiveOnly as Session, noor, late))).toBe('on the old one');
  });
});

describe('where an envelope belongs [R5]', () => {
  test('reflected to its sender, or given to another device, it does not open', async () => {
    const { a, b } = await acquainted(mina, noor);
    const wire = await sendText(mina, a, 'for Noor');
    expect(await refusal(receive(mina, wire.session, noor, wire))).toBe('E_AUTH');
    expect(await refusal(receive(mina, a, noor, wire))).toBe('E_AUTH');
    const elsewhere: Session = { ...b, self: eve.self };
    expect(await refusal(receive(eve, elsewhere, mina, wire))).toBe('E_AUTH');
    expect(textOf(await receive(noor, b, mina, wire))).toBe('for Noor');
    const first = await sendText(mina, await begin(mina, noor), 'for Noor');
    expect(await refusal(receiveFirst(eve, mina, first))).toBe('E_AUTH');
    expect(await refusal(receiveFirst(mina, mina, first))).toBe('E_AUTH');
  });

  test('it opens once: the same bytes again are E_REPLAY', async () => {
    const { a, b } = await acquainted(mina, noor);
    const wire = await sendText(mina, a, 'once');
    const opened = await receive(noor, b, mina, wire);
    expect(await refusal(receive(noor, opened.session, mina, wire))).toBe('E_REPLAY');
  });

  test('a message that another device signed is refused, although the session opens it [R36]', async () => {
    const { a, b } = await acquainted(mina, noor);
    const forged = await sendText({ ...mina, dik: eve.dik }, a, 'signed by Eve');
    expect(await refusal(receive(noor, b, mina, forged))).toBe('E_AUTH');
    const first = await sendText({ ...mina, dik: eve.dik }, await begin(mina, noor), 'signed by Eve');
    expect(await refusal(receiveFirst(noor, mina, first))).toBe('E_AUTH');
  });

  test('a message under another sender is refused, although the session opens it', async () => {
    const { a, b } = await acquainted(mina, noor);
    const header = { ...headerOf(mina, 1), account: eve.self.account };
    const content = textContent('I am Eve', 1, new Uint8Array(), clock.now);
    const body = await sealBody(mina.crypto, { header, content, device: mina.dik });
    const { envelope } = await sealEnvelope(mina.crypto, a, { ...body, bodyId: header.bodyId });
    expect(await refusal(receive(noor, b, mina, { body: body.body, envelope }))).toBe('E_AUTH');
    // And a certificate of another device is not this session's peer.
    const wire = await sendText(mina, a, 'I am Mina');
    expect(await refusal(receive(noor, b, eve, wire))).toBe('E_AUTH');
  });

  test('every single changed byte of an envelope or body is refused, and leaves the session as it was [R9]', async () => {
    const { a, b } = await acquainted(mina, noor);
    const wire = await sendText(mina, a, 'intact');
    const before = encodeSession(b);
    const codes = new Set<string>();
    for (let at = 0; at < wire.envelope.length; at++) {
      const envelope = wire.envelope.with(at, (wire.envelope[at] ?? 0) ^ 1);
      codes.add(await refusal(Promise.resolve().then(() => receive(noor, b, mina, { ...wire, envelope }))));
      if (at >= HEADER_BYTES) expect(codes).not.toContain('E_REPLAY');
    }
    for (let at = 0; at < wire.body.length; at += 37) {
      const body = wire.body.with(at, (wire.body[at] ?? 0) ^ 1);
      codes.add(await refusal(receive(noor, b, mina, { ...wire, body })));
    }
    expect([...codes].sort()).toEqual(['E_AUTH', 'E_FORMAT', 'E_SKIP', 'E_SUITE']);
    expect(encodeSession(b)).toEqual(before);
    expect(textOf(await receive(noor, b, mina, wire))).toBe('intact');
  });
});

describe('a copied or rolled-back sender [R29, R30]', () => {
  test('its second message at one place is E_CLONE, under another salt, key and nonce', async () => {
    const { a, b } = await acquainted(mina, noor);
    const one = await sendText(mina, a, 'from the original');
    const two = await sendText(mina, one.session, 'and on');
    const copy = await sendText(mina, one.session, 'from the copy');
    const [x, y] = [parseEnvelope(two.envelope).header, parseEnvelope(copy.envelope).header];
    expect([x.dh, x.n]).toEqual([y.dh, y.n]);
    expect(x.salt).not.toEqual(y.salt);
    // Not for the proof alone, which follows from the rest of the header: the first half is nobody's to know.
    const same = key();
    const salts = await Promise.all(
      [1, 2, 3].map(async () =>
        (await sealEnvelope(mina.crypto, one.session, same)).envelope.slice(64, 72).toHex(),
      ),
    );
    expect(new Set(salts).size).toBe(3);
    const first = await receive(noor, b, mina, one);
    const opened = await receive(noor, first.session, mina, two);
    expect(await refusal(receive(noor, opened.session, mina, copy))).toBe('E_CLONE');
    expect(await refusal(receive(noor, opened.session, mina, two))).toBe('E_REPLAY');
  });

  test('a server cannot make one: changed bytes at an opened place are E_AUTH', async () => {
    const { a, b } = await acquainted(mina, noor);
    const wire = await sendText(mina, a, 'opened');
    const { session } = await receive(noor, b, mina, wire);
    for (let at = 52; at < wire.envelope.length; at++) {
      // Places 52 to 59 are pn and n, and another n is another place.
      if (at >= 56 && at < 60) continue;
      const envelope = wire.envelope.with(at, (wire.envelope[at] ?? 0) ^ 0x10);
      expect(await refusal(receive(noor, session, mina, { ...wire, envelope }))).toBe('E_AUTH');
    }
  });
});

describe('silence', () => {
  test('800 messages or 7 days unanswered ask for a new session, 30 days end it', async () => {
    let session = await begin(mina, noor);
    const proof = { index: 0, size: 1, path: [] };
    for (let n = 0; n < 800; n++) {
      expect(staleness(session, clock.now)).toBe('fresh');
      session = (await sealEnvelope(mina.crypto, session, { ...key(), handshake: proof })).session;
    }
    expect(staleness(session, clock.now)).toBe('renew');

    const quiet = (await sendText(mina, await begin(mina, noor), 'hello')).session;
    expect(staleness(quiet, clock.now + 7 * DAY - 1)).toBe('fresh');
    expect(staleness(quiet, clock.now + 7 * DAY)).toBe('renew');
    expect(staleness(quiet, clock.now + 30 * DAY - 1)).toBe('renew');
    clock.now += 30 * DAY;
    expect(staleness(quiet, clock.now)).toBe('expired');
    expect(await refusal(sendText(mina, quiet, 'still there?', 2))).toBe('E_STALE');
    clock.now = START;
  });

  test('goes on over a session that replaces a silent one, and ends with an answer', async () => {
    const silent = (await sendText(mina, await begin(mina, noor), 'hello')).session;
    clock.now += 8 * DAY;
    const { unansweredSince } = silent;
    const replacing = await startSession(mina.crypto, mina.self, bundleOf(noor), {
      suite: 2,
      unansweredSince,
    });
    const sent = await sendText(mina, replacing, 'hello?');
    expect(staleness(sent.session, clock.now + 7 * DAY - 1)).toBe('fresh');
    expect(staleness(sent.session, START + 30 * DAY)).toBe('expired');
    const { session } = await receiveFirst(noor, mina, sent);
    const answer = await sendText(noor, session, 'here');
    const answered = await receive(mina, sent.session, noor, answer);
    expect(staleness(answered.session, START + 40 * DAY)).toBe('fresh');
    clock.now = START;
  });

  test('of receive-only sessions the newest five are kept, for 8 days', async () => {
    const session = await begin(mina, noor);
    const archived = [1, 2, 3, 4, 5, 6, 7].map((day) => archiveSession(session, START + day * DAY));
    const times = keptArchives(archived, START + 11 * DAY).map(({ archivedAt }) => archivedAt);
    expect(times).toEqual([7, 6, 5, 4].map((day) => START + day * DAY));
    expect(keptArchives(archived, START + 7 * DAY)).toHaveLength(5);
    expect(archiveSession(archived[0] as Session, START + 9 * DAY).archivedAt).toBe(START + DAY);
  });
});

test('the same clock and randomness give the same bytes', async () => {
  const scene = async () => {
    const one = await createDevice(simulatedCrypto('one', { now: START }));
    const two = await createDevice(simulatedCrypto('two', { now: START }));
    const { a, b } = await acquainted(one, two);
    const wire = await sendText(one, a, 'again');
    return [wire.envelope, wire.body, encodeSession(wire.session), encodeSession(b)];
  };
  expect(await scene()).toEqual(await scene());
});
