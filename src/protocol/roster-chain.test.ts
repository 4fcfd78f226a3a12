import { describe, expect, test } from 'bun:test';
import { issueCertificate } from './certificate.ts';
import { concat } from './codec.ts';
import { isProtocolError } from './errors.ts';
import { hash } from './hash.ts';
import { createSigningKeyPair, SIGNATURE_BYTES, type SigningKeyPair, signHybrid } from './identity.ts';
import { noble } from './noble.ts';
import type { Roster } from './roster.ts';
import { ROSTER_TOLERANCE_MS, type RosterSigner, verifyRosterEvent } from './roster-chain.ts';
import {
  decodeRosterEvent,
  encodeRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterSubject,
  signRosterEvent,
} from './roster-event.ts';
import { simulatedCrypto } from './simulation/crypto.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = 1_800_000_000_000;
const crypto = simulatedCrypto('roster chain', { now }, noble);

interface Actor {
  readonly account: Uint8Array;
  readonly aik: SigningKeyPair;
  readonly dik: SigningKeyPair;
  readonly device: Uint8Array;
  readonly signer: RosterSigner;
  /** Hash of the certificate. */
  readonly certificate: Uint8Array;
}

async function newDevice(
  account: Uint8Array,
  aik: SigningKeyPair,
  {
    created = now - DAY,
    expires = now + 30 * DAY,
    dik,
  }: { created?: number; expires?: number; dik?: SigningKeyPair } = {},
): Promise<Actor> {
  const pair = dik ?? (await createSigningKeyPair(crypto));
  const device = crypto.random(16);
  const certificate = await issueCertificate(crypto, aik, pair, {
    account,
    device,
    signingKey: pair.publicKey,
    agreementKey: crypto.random(32),
    suites: [2],
    created,
    expires,
  });
  return {
    account,
    aik,
    dik: pair,
    device,
    signer: { aik: aik.publicKey, certificate },
    certificate: hash(certificate.subarray(0, -2 * SIGNATURE_BYTES)),
  };
}
const newActor = async (): Promise<Actor> => newDevice(crypto.random(16), await createSigningKeyPair(crypto));

const [olga, ada, eve] = [await newActor(), await newActor(), await newActor()];
const subject = (actor: Actor, role: number): RosterSubject => ({
  account: actor.account,
  identity: hash(actor.aik.publicKey),
  role,
});

const genesis: RosterEvent = {
  conversation: new Uint8Array(32),
  epoch: 0,
  previous: new Uint8Array(32),
  op: ROSTER_OPS.create,
  subjects: [subject(olga, ROSTER_ROLES.owner), subject(ada, ROSTER_ROLES.admin)],
  by: olga.account,
  certificate: olga.certificate,
  time: now - HOUR,
  nonce: crypto.random(32),
  policy: null,
};
const signedGenesis = await signRosterEvent(crypto, olga.dik, genesis);
const { roster } = await verify(signedGenesis, null, olga);

function verify(signed: Uint8Array, before: Roster | null, by: Actor | RosterSigner, at = now) {
  const signer = 'signer' in by ? by.signer : by;
  return verifyRosterEvent(crypto, signed, before, { signer, now: at });
}
async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isProtocolError(error)) throw new Error(`not refused: ${String(error)}`);
  return error.code;
}
/** Adds Eve to what this roster holds, by this actor. */
const adding = (before: Roster, by: Actor, over: Partial<RosterEvent> = {}): RosterEvent => ({
  conversation: before.conversation,
  epoch: before.epoch + 1,
  previous: before.head,
  op: ROSTER_OPS.add,
  subjects: [subject(eve, ROSTER_ROLES.member)],
  by: by.account,
  certificate: by.certificate,
  time: now - HOUR + 1,
  nonce: null,
  policy: null,
  ...over,
});
const signed = (by: Actor, over: Partial<RosterEvent> = {}) =>
  signRosterEvent(crypto, by.dik, adding(roster, by, over));

describe('a chain of signed events', () => {
  test('verifies event by event, and says which device signed', async () => {
    const first = await verify(signedGenesis, null, olga);
    expect(first.device).toEqual(olga.device);
    expect(first.roster.conversation).toEqual(decodeRosterEvent(signedGenesis).hash);
    const second = await verify(await signed(ada), first.roster, ada);
    expect(second.device).toEqual(ada.device);
    expect(second.roster.members.size).toBe(3);
  });

  test('has the signatures of each certificate looked at once, and of its bytes alone', async () => {
    let looks = 0;
    const { mlDsaVerify } = noble;
    const counting: typeof noble = {
      ...noble,
      mlDsaVerify: (...args) => {
        looks += 1;
        return mlDsaVerify(...args);
      },
    };
    const verified = new Set<string>();
    const look = async (bytes: Uint8Array, signer: RosterSigner) => {
      looks = 0;
      const provider = { provider: counting };
      await verifyRosterEvent(provider, bytes, roster, { signer, now, verified });
      return looks;
    };
    const bytes = await signed(ada);
    expect(await look(bytes, ada.signer)).toBe(3);
    expect(await look(bytes, ada.signer)).toBe(1);
    // The hash of a certificate covers no signature: another one beside it is another certificate.
    const { aik, certificate } = ada.signer;
    const forged = certificate.with(-1, (certificate.at(-1) ?? 0) ^ 1);
    expect(await refused(look(bytes, { aik, certificate: forged }))).toBe('E_AUTH');
    const late = await signRosterEvent(crypto, ada.dik, adding(roster, ada, { time: now + 40 * DAY }));
    const then = { signer: ada.signer, now: now + 40 * DAY, verified };
    expect(await refused(verifyRosterEvent(crypto, late, roster, then))).toBe('E_STALE');
  });

  test('has the same hash whatever the signature is, because signatures are not the same twice', async () => {
    const again = await signRosterEvent(crypto, olga.dik, genesis);
    expect(again).not.toEqual(signedGenesis);
    expect(decodeRosterEvent(again).hash).toEqual(decodeRosterEvent(signedGenesis).hash);
    expect((await verify(again, null, olga)).roster).toEqual(roster);
  });

  test('is refused when events are swapped, left out, or of another conversation [R12] [R3]', async () => {
    const one = await signed(ada);
    const second = (await verify(one, roster, ada)).roster;
    const two = await signRosterEvent(
      crypto,
      olga.dik,
      adding(second, olga, { op: ROSTER_OPS.confirm, subjects: [] }),
    );
    const third = (await verify(two, second, olga)).roster;
    expect(await refused(verify(two, roster, olga))).toBe('E_ROSTER');
    expect(await refused(verify(one, third, ada))).toBe('E_ROSTER');
    expect(await refused(verify(one, second, ada))).toBe('E_ROSTER');
    expect(await refused(verify(one, null, ada))).toBe('E_ROSTER');
    expect(await refused(verify(signedGenesis, roster, olga))).toBe('E_ROSTER');
    const other = await signRosterEvent(crypto, olga.dik, { ...genesis, nonce: crypto.random(32) });
    const elsewhere = (await verify(other, null, olga)).roster;
    expect(await refused(verify(one, elsewhere, ada))).toBe('E_ROSTER');
  });

  test('forks at one place are told apart by their hashes [R12]', async () => {
    const left = await verify(await signed(ada), roster, ada);
    const right = await verify(await signed(olga, { op: ROSTER_OPS.confirm, subjects: [] }), roster, olga);
    expect(left.hash).not.toEqual(right.hash);
    const onLeft = await signRosterEvent(
      crypto,
      ada.dik,
      adding(left.roster, ada, { op: ROSTER_OPS.leave, subjects: [] }),
    );
    expect(await refused(verify(onLeft, right.roster, ada))).toBe('E_ROSTER');
  });
});

const event = await signed(ada);
const encoded = event.slice(0, -SIGNATURE_BYTES);
const signature = event.slice(-SIGNATURE_BYTES);
const [ed, ml] = [signature.slice(0, 64), signature.slice(64)];

describe('an event is refused', () => {
  test('without its signature, with half of it, reordered, or with another behind it [R2] [R36]', async () => {
    for (const bad of [
      encoded,
      concat(encoded, ed),
      concat(encoded, ml),
      concat(event, ml),
      concat(event, Uint8Array.of(0)),
      event.subarray(1),
      event.subarray(0, -1),
    ])
      expect(await refused(verify(bad, roster, ada))).toBe('E_FORMAT');
    for (const bad of [
      concat(encoded, ml, ed),
      concat(encoded, new Uint8Array(64), ml),
      concat(encoded, ed, new Uint8Array(ml.length)),
      concat(encoded, new Uint8Array(SIGNATURE_BYTES)),
    ])
      expect(await refused(verify(bad, roster, ada))).toBe('E_AUTH');
  });

  test('with any byte of it changed', async () => {
    for (let at = 0; at < event.length; at += 101)
      expect(await refused(verify(event.with(at, (event[at] ?? 0) ^ 4), roster, ada))).toMatch(
        /^E_(?:FORMAT|ROSTER|AUTH)$/,
      );
  });

  test('signed under another label [R3]', async () => {
    for (const label of ['devlist', 'msg', 'devcert', 'pop'] as const) {
      const bad = concat(encoded, await signHybrid(crypto, ada.dik, label, encoded));
      expect(await refused(verify(bad, roster, ada))).toBe('E_AUTH');
    }
  });

  test('signed by the account key, by another device, or by somebody else', async () => {
    const phone = await newDevice(ada.account, ada.aik);
    for (const pair of [ada.aik, phone.dik, olga.dik, eve.dik]) {
      const bad = concat(encoded, await signHybrid(crypto, pair, 'roster', encoded));
      expect(await refused(verify(bad, roster, ada))).toBe('E_AUTH');
    }
    // The other device signs for itself.
    const own = await signRosterEvent(crypto, phone.dik, adding(roster, phone));
    expect((await verify(own, roster, phone)).device).toEqual(phone.device);
    // Its certificate in the place of the one that the event names.
    expect(await refused(verify(event, roster, phone))).toBe('E_AUTH');
    expect(await refused(verify(own, roster, ada))).toBe('E_AUTH');
  });

  test('with the certificate of another account, or under another identity than the roster has [R12]', async () => {
    expect(await refused(verify(event, roster, olga))).toBe('E_ROSTER');
    expect(await refused(verify(event, roster, { ...ada.signer, aik: olga.aik.publicKey }))).toBe('E_ROSTER');
    expect(await refused(verify(event, roster, { ...ada.signer, aik: new Uint8Array() }))).toBe('E_ROSTER');
    expect(
      await refused(verify(event, roster, { ...ada.signer, certificate: olga.signer.certificate })),
    ).toBe('E_AUTH');
    // Eve makes a key of her own for Ada's account.
    const fake = await newDevice(ada.account, eve.aik);
    const forged = await signRosterEvent(crypto, fake.dik, adding(roster, fake));
    expect(await refused(verify(forged, roster, fake))).toBe('E_ROSTER');
    // Or names Ada, and signs as herself.
    const mixed = await signRosterEvent(crypto, eve.dik, adding(roster, eve, { by: ada.account }));
    expect(
      await refused(verify(mixed, roster, { aik: ada.aik.publicKey, certificate: eve.signer.certificate })),
    ).toBe('E_AUTH');
  });

  test('with a certificate whose signatures are others [R25]', async () => {
    for (const at of [-1, -SIGNATURE_BYTES - 1]) {
      const certificate = ada.signer.certificate.slice();
      const place = certificate.length + at;
      certificate[place] = (certificate[place] ?? 0) ^ 1;
      expect(await refused(verify(event, roster, { ...ada.signer, certificate }))).toBe('E_AUTH');
    }
    expect(await refused(verify(event, roster, { ...ada.signer, certificate: new Uint8Array() }))).toBe(
      'E_FORMAT',
    );
  });

  test('of a first event whose creator is not its signer', async () => {
    expect(await refused(verify(signedGenesis, null, ada))).toBe('E_ROSTER');
    const forged = { ...genesis, by: olga.account, certificate: eve.certificate };
    const bad = await signRosterEvent(crypto, eve.dik, forged);
    expect(await refused(verify(bad, null, eve))).toBe('E_ROSTER');
  });

  test('when its certificate was over, or not made yet, at its own time', async () => {
    const old = await newDevice(ada.account, ada.aik, { created: now - 90 * DAY, expires: now - 2 * HOUR });
    const late = await signRosterEvent(crypto, old.dik, adding(roster, old));
    expect(await refused(verify(late, roster, old))).toBe('E_STALE');
    const coming = await newDevice(ada.account, ada.aik, { created: now + 2 * DAY });
    const early = await signRosterEvent(crypto, coming.dik, adding(roster, coming));
    expect(await refused(verify(early, roster, coming))).toBe('E_STALE');
  });

  test('from more than 24 hours ahead, and not because it is old', async () => {
    const ahead = await signed(ada, { time: now + ROSTER_TOLERANCE_MS + 1 });
    expect(await refused(verify(ahead, roster, ada))).toBe('E_ROSTER');
    const edge = await signed(ada, { time: now + ROSTER_TOLERANCE_MS });
    expect((await verify(edge, roster, ada)).roster.epoch).toBe(1);
    // A device that was away for years reads the chain; the certificate has long expired.
    expect((await verify(event, roster, ada, now + 1000 * DAY)).roster.epoch).toBe(1);
  });

  test('before any signature is looked at, when its form or the rules refuse it [R41]', async () => {
    let looks = 0;
    const counting = {
      provider: {
        ...noble,
        ed25519Verify: (...input: Parameters<typeof noble.ed25519Verify>) => {
          looks++;
          return noble.ed25519Verify(...input);
        },
        mlDsaVerify: (...input: Parameters<typeof noble.mlDsaVerify>) => {
          looks++;
          return noble.mlDsaVerify(...input);
        },
      },
    };
    const removal = await signed(ada, {
      op: ROSTER_OPS.remove,
      subjects: [{ ...subject(olga, 0) }],
    });
    const cases: readonly (readonly [Uint8Array, Actor])[] = [
      [encoded, ada],
      [removal, ada],
      [await signed(ada, { epoch: 7 }), ada],
      [await signed(ada, { time: now + 2 * DAY }), ada],
      [event, olga],
      [event, await newDevice(ada.account, ada.aik)],
    ];
    for (const [bytes, { signer }] of cases)
      expect(await refused(verifyRosterEvent(counting, bytes, roster, { signer, now }))).toMatch(
        /^E_(?:FORMAT|ROSTER|AUTH)$/,
      );
    expect(looks).toBe(0);
    await verifyRosterEvent(counting, event, roster, { signer: ada.signer, now });
    expect(looks).toBe(6);
  });
});

describe('a new identity', () => {
  test('signs once an admin has confirmed it, and the old one not any more [R12]', async () => {
    const anew = await newDevice(ada.account, await createSigningKeyPair(crypto));
    const early = await signRosterEvent(crypto, anew.dik, adding(roster, anew));
    expect(await refused(verify(early, roster, anew))).toBe('E_ROSTER');
    const rekey = await signRosterEvent(
      crypto,
      olga.dik,
      adding(roster, olga, { op: ROSTER_OPS.rekey, subjects: [subject(anew, 0)] }),
    );
    const next = (await verify(rekey, roster, olga)).roster;
    const now_ = await signRosterEvent(crypto, anew.dik, adding(next, anew));
    expect((await verify(now_, next, anew)).roster.members.size).toBe(3);
    const old = await signRosterEvent(crypto, ada.dik, adding(next, ada));
    expect(await refused(verify(old, next, ada))).toBe('E_ROSTER');
  });

  test('confirmed by oneself is signed by the old one', async () => {
    const anew = await newDevice(ada.account, await createSigningKeyPair(crypto));
    const rekey = { op: ROSTER_OPS.rekey, subjects: [subject(anew, 0)] } as const;
    const byNew = await signRosterEvent(crypto, anew.dik, adding(roster, anew, rekey));
    expect(await refused(verify(byNew, roster, anew))).toBe('E_ROSTER');
    const byOld = await signRosterEvent(crypto, ada.dik, adding(roster, ada, rekey));
    expect((await verify(byOld, roster, ada)).roster.epoch).toBe(1);
  });
});

test('who joins an open conversation signs under the identity that the event names', async () => {
  const open = await signRosterEvent(crypto, olga.dik, {
    ...genesis,
    policy: { open: 1, title: 'Town square', history: 0, suite: 2, predecessor: null },
  });
  const square = (await verify(open, null, olga)).roster;
  const join = adding(square, eve, { op: ROSTER_OPS.join });
  expect((await verify(await signRosterEvent(crypto, eve.dik, join), square, eve)).roster.members.size).toBe(
    3,
  );
  // Ada brings Eve in under her own key.
  const forged = { ...join, subjects: [{ ...subject(ada, ROSTER_ROLES.member), account: eve.account }] };
  const bad = await signRosterEvent(crypto, ada.dik, { ...forged, certificate: ada.certificate });
  expect(await refused(verify(bad, square, ada))).toBe('E_AUTH');
  expect(encodeRosterEvent(join).length).toBeLessThan(400);
});
