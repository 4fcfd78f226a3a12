/** Groups in tests: people with real keys as rows of a database, and the roster events that they sign. */
import { conversationId, fromHex } from '../../src/contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../../src/contract/ids.ts';
import { runtime } from '../../src/native/runtime.ts';
import { issueCertificate } from '../../src/protocol/certificate.ts';
import { hash } from '../../src/protocol/hash.ts';
import { createSigningKeyPair, SIGNATURE_BYTES, type SigningKeyPair } from '../../src/protocol/identity.ts';
import { applyRosterEvent, beginRoster, type Roster } from '../../src/protocol/roster.ts';
import {
  decodeRosterEvent,
  ROSTER_OPS,
  ROSTER_ROLES,
  type RosterEvent,
  type RosterSubject,
  signRosterEvent,
} from '../../src/protocol/roster-event.ts';
import type { Db } from '../../src/store/db.ts';
import { addPerson, DAY_MS, randomBytes, type Someone } from './relay.ts';

const tools = { provider: runtime, random: randomBytes, clock: Date.now };

/** What a device signs with. */
export interface Signer {
  readonly dik: SigningKeyPair;
  /** Hash of its certificate, 32 bytes. */
  readonly certificate: Uint8Array;
  readonly signed: Uint8Array;
}

/** Somebody whose devices can sign. */
export interface Actor extends Someone {
  readonly aik: SigningKeyPair;
  /** One for each of `devices`. */
  readonly signers: readonly Signer[];
}

/** A certificate of this device under this key, valid at `now` (epoch ms). */
export async function newSigner(
  aik: SigningKeyPair,
  account: AccountId,
  device: DeviceId,
  now: number,
  dik?: SigningKeyPair,
): Promise<Signer> {
  const pair = dik ?? (await createSigningKeyPair(tools));
  const signed = await issueCertificate(tools, aik, pair, {
    account: fromHex(account),
    device: fromHex(device),
    signingKey: pair.publicKey,
    agreementKey: randomBytes(32),
    suites: [2],
    created: now,
    expires: now + 180 * DAY_MS,
  });
  return { dik: pair, certificate: hash(signed.subarray(0, -2 * SIGNATURE_BYTES)), signed };
}

/** Inserts a person whose key and certificates are real. */
export async function addActor(db: Db, now: number, count = 1, name = 'Somebody'): Promise<Actor> {
  const [person, aik] = await Promise.all([addPerson(db, now, count, name), createSigningKeyPair(tools)]);
  const signers = await Promise.all(
    person.devices.map((device) => newSigner(aik, person.account, device, now)),
  );
  await db.write(async (tx) => {
    await tx.run('UPDATE accounts SET aik = $1 WHERE id = $2', [aik.publicKey, person.account]);
    for (const [index, device] of person.devices.entries()) {
      const signer = signers[index];
      if (!signer) throw new Error('a device without keys');
      await tx.run('UPDATE devices SET certificate = $1, certificate_hash = $2 WHERE id = $3', [
        signer.signed,
        signer.certificate,
        device,
      ]);
    }
  });
  return { ...person, aik, signers };
}

const NO_KEY = new Uint8Array();
const isActor = (person: Someone): person is Actor => 'aik' in person;

/** Somebody in an event, with the identity that their row has. */
export const subjectOf = (person: Someone, role: number = ROSTER_ROLES.member): RosterSubject => ({
  account: fromHex(person.account),
  identity: hash(isActor(person) ? person.aik.publicKey : NO_KEY),
  role,
});

export interface SignedEvent {
  readonly signed: Uint8Array;
  readonly event: RosterEvent;
  /** Of the group: the first event's hash. */
  readonly id: ConversationId;
  /** The roster after it; throws where the rules refuse the event. */
  roster(): Roster;
}

async function sign(
  by: Actor,
  event: RosterEvent,
  before: Roster | null,
  device: number,
): Promise<SignedEvent> {
  const signer = by.signers[device];
  if (!signer) throw new Error('no such device');
  const whole = { ...event, certificate: signer.certificate };
  const signed = await signRosterEvent(tools, signer.dik, whole);
  const decoded = decodeRosterEvent(signed);
  return {
    signed,
    event: whole,
    id: conversationId(before?.conversation ?? decoded.hash),
    roster: () => (before === null ? beginRoster(decoded) : applyRosterEvent(before, decoded)),
  };
}

/** The first event of a group with these members beside its owner. */
export function firstEvent(
  by: Actor,
  members: readonly RosterSubject[],
  over: Partial<RosterEvent> & { readonly time: number },
  device = 0,
): Promise<SignedEvent> {
  const event: RosterEvent = {
    conversation: new Uint8Array(32),
    epoch: 0,
    previous: new Uint8Array(32),
    op: ROSTER_OPS.create,
    subjects: [subjectOf(by, ROSTER_ROLES.owner), ...members],
    by: fromHex(by.account),
    certificate: new Uint8Array(32),
    nonce: randomBytes(32),
    policy: null,
    ...over,
  };
  return sign(by, event, null, device);
}

/** The event that follows this roster; changes nobody unless told otherwise. */
export function nextEvent(
  before: Roster,
  by: Actor,
  over: Partial<RosterEvent> = {},
  device = 0,
): Promise<SignedEvent> {
  const event: RosterEvent = {
    conversation: before.conversation,
    epoch: before.epoch + 1,
    previous: before.head,
    op: ROSTER_OPS.confirm,
    subjects: [],
    by: fromHex(by.account),
    certificate: new Uint8Array(32),
    time: before.time,
    nonce: null,
    policy: null,
    ...over,
  };
  return sign(by, event, before, device);
}
