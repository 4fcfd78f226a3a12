/**
 * What the server shows as a group's membership, verified event by event before anything of it counts
 * (protocol/README 11, "Membership"; R12). Nothing is stored here.
 */
import { accountId, deviceId, fromBase64, fromHex } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { ROSTER_EVENTS_PER_PAGE } from '../../contract/limits.ts';
import type { RosterRecord } from '../../contract/relay.ts';
import { decodeCertificate } from '../../protocol/certificate.ts';
import { isProtocolError, ProtocolError } from '../../protocol/errors.ts';
import { equalBytes } from '../../protocol/hash.ts';
import type { Roster } from '../../protocol/roster.ts';
import {
  type RosterSigner,
  type VerifiedRosterEvent,
  verifyRosterEvent,
} from '../../protocol/roster-chain.ts';
import { decodeRosterEvent } from '../../protocol/roster-event.ts';
import type { Context } from '../context.ts';
import { Chain, readEvent, type StoredEvent } from './chain.ts';

/** Events of one group that are fetched at once, at most: what is more comes with the next look. */
const MOST_EVENTS = 5000;

/** An event that has verified, as it will be stored. */
export interface FreshEvent extends VerifiedRosterEvent {
  readonly stored: StoredEvent;
}

/** The server's words about a group do not hold. `signed` is what shows it, `epoch` where it stands. */
export class RosterLie extends Error {
  override readonly name = 'RosterLie';
  constructor(
    readonly why: 'forked' | 'rolled back' | 'unverified',
    readonly epoch: number,
    readonly signed: Uint8Array | null,
  ) {
    super(`The members are ${why}.`);
  }
}

/** Why a group is not to be asked about. */
export type Followed = {
  /** After what was known. */
  readonly fresh: readonly FreshEvent[];
  /** The roster after all of them; null when there is none. */
  readonly roster: Roster | null;
};

/**
 * Fetches and verifies the events after those of `chain`; the newest known one is asked for again, so that a server that has
 * gone back, or shows another, is seen. Throws RosterLie, TransportFailed, TransportRefused.
 */
export async function fetchRoster(ctx: Context, id: ConversationId, chain: Chain | null): Promise<Followed> {
  const known = chain?.head.epoch ?? -1;
  let roster = chain?.head ?? null;
  const fresh: FreshEvent[] = [];
  const verified = new Set<string>();
  for (let after = Math.max(-1, known - 1); fresh.length < MOST_EVENTS; ) {
    const page = await ctx.transport.roster(id, after);
    const signers = signersOf(page, verified);
    // What is too much in one answer is asked for again.
    const events = page.events.slice(0, ROSTER_EVENTS_PER_PAGE);
    for (const text of events) {
      const signed = bytesOf(text, after + 1);
      const epoch = after + 1;
      if (epoch <= known) await checkKnown(ctx, id, epoch, signed, signers);
      else {
        const next = await verifyNext(ctx, id, roster, signed, signers, epoch);
        roster = next.roster;
        fresh.push(next);
      }
      after = epoch;
    }
    if (events.length < page.events.length) continue;
    if (!page.more) {
      if (after < known) throw new RosterLie('rolled back', known, null);
      break;
    }
    if (page.events.length === 0) throw new RosterLie('unverified', after + 1, null);
  }
  return { fresh, roster };
}

function bytesOf(text: string, epoch: number): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw new RosterLie('unverified', epoch, null);
  }
}

interface Signers {
  /** By the hash of the certificate. */
  readonly found: ReadonlyMap<string, RosterSigner>;
  /** Certificates that have verified in this look. */
  readonly verified: Set<string>;
}

/** One that is no certificate signs nothing. */
function signersOf({ signers }: RosterRecord, verified: Set<string>): Signers {
  const found = new Map<string, RosterSigner>();
  for (const each of signers) {
    try {
      const certificate = fromBase64(each.certificate);
      const hash = decodeCertificate(certificate).hash.toHex();
      found.set(hash, { certificate, aik: fromBase64(each.aik) });
    } catch {
      // Whoever needs it finds nobody.
    }
  }
  return { found, verified };
}

async function verifyNext(
  ctx: Context,
  id: ConversationId,
  before: Roster | null,
  signed: Uint8Array,
  { found, verified: known }: Signers,
  epoch: number,
): Promise<FreshEvent> {
  try {
    const { event, hash } = decodeRosterEvent(signed);
    const signer = found.get(event.certificate.toHex());
    if (signer === undefined) throw new ProtocolError('E_ROSTER', 'nobody signed it');
    if (before === null && !equalBytes(hash, fromHex(id)))
      throw new ProtocolError('E_ROSTER', 'an event of another conversation');
    const verified = await verifyRosterEvent(ctx.crypto, signed, before, {
      signer,
      now: ctx.now(),
      verified: known,
    });
    return { ...verified, stored: storedOf(verified, signed) };
  } catch (error) {
    if (isProtocolError(error)) throw new RosterLie('unverified', epoch, signed);
    throw error;
  }
}

/** A verified event as it is kept. */
export function storedOf(
  { event, hash, device }: Pick<VerifiedRosterEvent, 'event' | 'hash' | 'device'>,
  signed: Uint8Array,
): StoredEvent {
  return { signed, hash, time: event.time, account: accountId(event.by), device: deviceId(device) };
}

/** Another event where one is known is a fork when somebody has signed it, and otherwise the server's own invention. */
async function checkKnown(
  ctx: Context,
  id: ConversationId,
  epoch: number,
  signed: Uint8Array,
  signers: Signers,
): Promise<void> {
  const ours = await readEvent(ctx.storage, id, epoch);
  if (ours === null) return;
  let isSame = false;
  try {
    isSame = equalBytes(decodeRosterEvent(signed).hash, ours.hash);
  } catch {
    throw new RosterLie('unverified', epoch, signed);
  }
  if (isSame) return;
  await verifyNext(ctx, id, await rosterBefore(ctx, id, epoch), signed, signers, epoch);
  throw new RosterLie('forked', epoch, signed);
}

async function rosterBefore(ctx: Context, id: ConversationId, epoch: number): Promise<Roster | null> {
  let chain: Chain | null = null;
  for (let at = 0; at < epoch; at++) {
    const stored = await readEvent(ctx.storage, id, at);
    if (stored === null) return null;
    if (chain === null) chain = Chain.begin(stored);
    else chain.add(stored);
  }
  return chain?.head ?? null;
}
