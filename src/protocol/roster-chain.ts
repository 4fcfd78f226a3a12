/**
 * Who signed a roster event (protocol/README 11, "Membership"; R12): the device of the certificate that the event
 * names, under the identity that the roster knows of the signer. For who comes in by itself, and for who creates, that
 * identity is in the event.
 */
import { decodeCertificate, verifyCertificate } from './certificate.ts';
import { ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash } from './hash.ts';
import { verifyHybrid } from './identity.ts';
import type { Crypto } from './ports.ts';
import { applyRosterEvent, beginRoster, memberOf, type Roster } from './roster.ts';
import { decodeRosterEvent, type HashedRosterEvent, splitRosterEvent } from './roster-event.ts';

/** Signers' clocks may be ahead by so much: 24 hours in milliseconds. */
export const ROSTER_TOLERANCE_MS = 24 * 3_600_000;

/** What a roster event is verified with; the server gives it, nothing of it is believed. */
export interface RosterSigner {
  /** AIK, 1,984 B. */
  readonly aik: Uint8Array;
  /** Signed certificate of the device. */
  readonly certificate: Uint8Array;
}

export interface VerifiedRosterEvent extends HashedRosterEvent {
  /** The roster after it. */
  readonly roster: Roster;
  /** The device that signed, 16 B. */
  readonly device: Uint8Array;
}

/**
 * Verifies the next event of a chain: form, rules and certificate's hash, then signatures [R41]. The certificate need only
 * have been valid at the event's own time; whether its device was revoked since is the caller's question, and so is whether
 * an identity that an event brings in (create, add, join, rekey) is the one that this account has.
 * @param before the roster so far, or null for the first event
 * @param now epoch ms; `verified` as in `verifyCertificate`
 * @throws E_FORMAT, E_AUTH (certificate or signature), E_ROSTER (rules, another identity, from the future), E_LIMIT
 */
export async function verifyRosterEvent(
  crypto: Pick<Crypto, 'provider'>,
  signed: Uint8Array,
  before: Roster | null,
  {
    signer,
    now,
    verified,
  }: { readonly signer: RosterSigner; readonly now: number; readonly verified?: Set<string> },
): Promise<VerifiedRosterEvent> {
  const decoded = decodeRosterEvent(signed);
  const { event } = decoded;
  if (event.time > now + ROSTER_TOLERANCE_MS) throw new ProtocolError('E_ROSTER', 'an event from the future');
  const roster = before === null ? beginRoster(decoded) : applyRosterEvent(before, decoded);
  const identity = (before === null ? null : memberOf(before, event.by)) ?? memberOf(roster, event.by);
  if (identity === null || !equalBytes(identity.identity, hash(signer.aik)))
    throw new ProtocolError('E_ROSTER', 'signed under another identity than the roster has');
  if (!equalBytes(decodeCertificate(signer.certificate).hash, event.certificate)) throw unauthentic();
  const { certificate } = await verifyCertificate(crypto, signer.certificate, {
    aik: signer.aik,
    account: event.by,
    now: event.time,
    verified,
  });
  const [encoded, signature] = splitRosterEvent(signed);
  if (!(await verifyHybrid(crypto, certificate.signingKey, 'roster', encoded, signature)))
    throw unauthentic();
  return { ...decoded, roster, device: certificate.device };
}
