/**
 * A roster event as the server takes it: well-formed, allowed, signed by the device that hands it in, about people who are
 * here. The server gains nothing from it; people are spared a change that every other client would refuse.
 */

import type { DeviceSession } from '../auth/sessions.ts';
import { accountId, fromHex, toHex } from '../contract/bytes.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { MAX_DEVICES_PER_CONVERSATION, MAX_PEOPLE, UNPRINTABLE } from '../contract/limits.ts';
import { may } from '../contract/permissions.ts';
import { sentence } from '../contract/words.ts';
import { type ErrorCode, isProtocolError } from '../protocol/errors.ts';
import { equalBytes, hash } from '../protocol/hash.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { Roster } from '../protocol/roster.ts';
import { ROSTER_TOLERANCE_MS, type RosterSigner, verifyRosterEvent } from '../protocol/roster-chain.ts';
import {
  decodeRosterEvent,
  type HashedRosterEvent,
  ROSTER_OPS,
  type RosterEvent,
} from '../protocol/roster-event.ts';
import { accountKeys, type NamedAccountRow } from '../store/accounts.ts';
import type { Db } from '../store/db.ts';
import type { DeviceRow } from '../store/devices.ts';
import type { Recipients } from './recipients.ts';
import { invalid, Refusal } from './refusal.ts';

/** Who hands an event in: the session, its device's current certificate and its account's key. */
export interface RosterAuthor {
  readonly session: DeviceSession;
  readonly device: DeviceRow;
  /** 1,984 bytes. */
  readonly aik: Uint8Array;
}

/** Ops that bring an identity in. */
const BRINGING = new Set<number>([ROSTER_OPS.create, ROSTER_OPS.add, ROSTER_OPS.join, ROSTER_OPS.rekey]);

/** The event of these bytes. ValidationError on `event`. */
export function readRosterEvent(signed: Uint8Array): HashedRosterEvent {
  try {
    return decodeRosterEvent(signed);
  } catch (error) {
    if (isProtocolError(error))
      throw wrongEvent(sentence('This is not a change of members that the server understands.'));
    throw error;
  }
}

/** Refuses an event that somebody else than the session's device made, or whose clock is far off. */
export function checkAuthor(
  { event }: HashedRosterEvent,
  { session, device }: RosterAuthor,
  now: number,
): void {
  if (
    !equalBytes(event.by, fromHex(session.account)) ||
    !equalBytes(event.certificate, device.certificate_hash)
  )
    throw wrongEvent(
      sentence(
        'This change of members was not made by the device that is signed in, or with an older certificate of it. Reload and try again.',
      ),
    );
  if (event.time > now + ROSTER_TOLERANCE_MS)
    throw wrongEvent(
      sentence('The clock of this device is more than a day ahead. Set it right and try again.'),
    );
}

/**
 * The roster after an event, rules and signatures verified. Forbidden for what its author may not do, ValidationError for
 * anything else.
 * @param before null for the first event
 */
export async function verifiedRoster(
  crypto: Crypto,
  signed: Uint8Array,
  before: Roster | null,
  { device, aik }: RosterAuthor,
): Promise<Roster> {
  const signer: RosterSigner = { aik, certificate: device.certificate };
  try {
    return (await verifyRosterEvent(crypto, signed, before, { signer, now: crypto.clock() })).roster;
  } catch (error) {
    if (isProtocolError(error)) throw refusalOf(error.code);
    throw error;
  }
}

/** Refuses an event about people who are not here, are disabled, or have another identity; and a group that is too large. */
export async function checkPeople(
  db: Db,
  recipients: Pick<Recipients, 'recipientsOf'>,
  event: RosterEvent,
  after: Roster,
): Promise<void> {
  if (!BRINGING.has(event.op)) return;
  const rows = await accountKeys(
    db,
    event.subjects.map(({ account }) => accountId(account)),
  );
  const known = new Map<AccountId, NamedAccountRow>(rows.map((row) => [row.id, row]));
  for (const { account, identity } of event.subjects) {
    const row = known.get(accountId(account));
    if (!row)
      throw new Refusal('NotFound', 'Somebody of these people is not here any more. Reload and try again.');
    if (!equalBytes(identity, hash(row.aik)))
      throw wrongEvent(
        sentence('{name} has another identity now. Reload and look at it before you try again.', {
          name: row.name,
        }),
      );
    if (row.disabled !== 0 && event.op !== ROSTER_OPS.rekey)
      throw new Refusal(
        'Forbidden',
        sentence('{name} cannot be added: the account is disabled.', { name: row.name }),
      );
    if (!may(row.role, 'converse') && event.op !== ROSTER_OPS.rekey)
      throw new Refusal(
        'Forbidden',
        sentence('{name} cannot be added: an auditor takes part in no conversation.', { name: row.name }),
      );
  }
  const members = [...after.members.values()].map(({ account }) => accountId(account));
  const reached = await recipients.recipientsOf(members);
  const devices = [...reached.values()].reduce((sum, account) => sum + account.devices.length, 0);
  if (devices > MAX_DEVICES_PER_CONVERSATION)
    throw wrongEvent(
      sentence(
        'These people have {devices} devices together, and a conversation can have {n}. Add fewer people.',
        { devices, n: MAX_DEVICES_PER_CONVERSATION },
      ),
    );
}

/** Refuses a new group whose members would need less than the workspace demands. */
export function checkSuite({ policy }: Roster, least: number): void {
  if (policy.suite >= least) return;
  throw wrongEvent(
    sentence(
      'New groups need suite {least} here, and this one says {suite}. Update your client and try again.',
      {
        least,
        suite: policy.suite,
      },
    ),
  );
}

/** Refuses a clear name that nobody could tell from others. */
export function checkTitle({ policy }: RosterEvent): void {
  if (policy === null || policy.open === 0) return;
  if (policy.title.trim() === '')
    throw wrongEvent(sentence('An open group needs a name that everybody can see.'));
  if (UNPRINTABLE.test(policy.title))
    throw wrongEvent(sentence('This name holds characters that cannot be shown.'));
}

/** Refuses an event of another conversation than it was handed in for. */
export function checkConversation({ event }: HashedRosterEvent, id: ConversationId): void {
  if (toHex(event.conversation) !== id) throw wrongEvent(sentence('This change belongs to another group.'));
}

/** Refuses an event from before the one that it follows. */
export function checkOrder({ event }: HashedRosterEvent, before: Roster): void {
  if (event.time < before.time)
    throw wrongEvent(
      sentence('The clock of this device is behind that of the last change. Set it right and try again.'),
    );
}

function refusalOf(code: ErrorCode): Refusal {
  switch (code) {
    case 'E_LIMIT':
      return wrongEvent(sentence('A conversation can have {n} people at most.', { n: MAX_PEOPLE }));
    case 'E_ROSTER':
      return new Refusal('Forbidden', 'You may not make this change to the members of this group.');
    case 'E_STALE':
      return wrongEvent(
        sentence("This device's certificate has expired. Sign in again to renew it, then try again."),
      );
    default:
      return wrongEvent(
        sentence('The signature of this change does not verify. Update your client and try again.'),
      );
  }
}

const wrongEvent = (sentence: string): Refusal => invalid({ event: [sentence] });
