/**
 * Proof that the transparency log shows two views, kept for ever in the store `log` under `evidence/ID`
 * (protocol/README 11, "Transparency"; R37). While some of it has not been looked at, `frozen` stands there and nothing
 * leaves this device.
 */
import { toBase64, toHex } from '../contract/bytes.ts';
import { isAccountId, isBodyId, isDeviceId } from '../contract/ids.ts';
import { u64be, utf8 } from '../protocol/codec.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { sha256 } from '../protocol/hash.ts';
import type { LogEvidence } from './engine-types.ts';
import type { Operation, Reads } from './operation.ts';
import { bytes, decodeStored, nullable, number, type Of, oneOf, record, word } from './stored.ts';

/** What does not fit. The server: `signature` (a head the pinned key has not signed), `rollback` (a smaller log than it
 * has shown before), `fork` (another log), `leaf` (an entry that no log may have), `restored` (one of these three, of a server
 * that says it was restored from a backup since), `account` (an identity under one's own account that is not one's own). Another device: `claim` (it has seen another log, or one that the server cannot show). */
const EVIDENCE_KINDS = ['signature', 'rollback', 'fork', 'leaf', 'restored', 'account', 'claim'] as const;

const Claim = record({
  account: word(isAccountId),
  device: word(isDeviceId),
  body: word(isBodyId),
  /** Body header and content as they were opened, and the device's signature over both, or nothing (class 2). */
  header: bytes,
  content: bytes,
  signature: bytes,
});
export type Claim = Of<typeof Claim>;

export const Evidence = record({
  kind: oneOf(...EVIDENCE_KINDS),
  /** When it was found, epoch milliseconds. */
  at: number,
  /** This device's newest verified head then, signed by the log; null before the first. */
  own: nullable(bytes),
  /** The other side: how many leaves, and their root (32 bytes). */
  size: number,
  root: bytes,
  /** The other head as the server signed it. */
  shown: nullable(bytes),
  /** The entry that was refused. */
  leaf: nullable(bytes),
  claim: nullable(Claim),
  /** When the person has decided to go on, epoch milliseconds. */
  seen: nullable(number),
});
export type Evidence = Of<typeof Evidence>;

const FROZEN = 'frozen';
/** More than a flood of made-up claims needs; what comes after it is refused and not kept. */
const MOST_KEPT = 200;

/** One and the same contradiction is kept once. A false signature proves nothing but itself, so it is told by its place. */
function evidenceKey({ kind, size, root, own }: Pick<Evidence, 'kind' | 'size' | 'root' | 'own'>): string {
  const place = kind === 'signature' ? (own ?? new Uint8Array()) : new Uint8Array([...u64be(size), ...root]);
  return `evidence/${kind}-${toHex(sha256(utf8(kind), place).subarray(0, 16))}`;
}

/** A contradiction, on its way to where it can be stored: what it was found in changes nothing. */
export class SplitView extends ProtocolError {
  constructor(readonly evidence: Evidence) {
    super('E_KT', 'the log shows two views');
  }
}

/** Whether the person has seen this contradiction and gone on. */
export async function isSettled(reads: Reads, evidence: Evidence): Promise<boolean> {
  const known = decodeStored(Evidence, await reads.get('log', evidenceKey(evidence)));
  return known !== null && known.seen !== null;
}

/**
 * Keeps a contradiction and stops sending. False when there is nothing new to tell: it is known already, or it is another
 * claim of an account whose claims the person has looked at and gone on from. So somebody who makes up logs can stop
 * others once, and not for ever.
 */
export async function keepEvidence(op: Operation, evidence: Evidence): Promise<boolean> {
  const key = evidenceKey(evidence);
  if ((await op.get('log', key)) !== null) return false;
  const known = await listEvidence(op);
  if (known.length < MOST_KEPT) op.write('log', key, Evidence, evidence);
  op.touched.log = true;
  const { claim } = evidence;
  if (claim !== null && known.some((each) => each.seen !== null && each.claim?.account === claim.account))
    return false;
  op.writeBytes('log', FROZEN, Uint8Array.of(1));
  return true;
}

/** Whether nothing may leave now. */
export async function isFrozen(reads: Reads): Promise<boolean> {
  return (await reads.get('log', FROZEN)) !== null;
}

/** Everything that was ever kept, oldest first. */
export async function listEvidence(reads: Reads): Promise<readonly Evidence[]> {
  const entries = await reads.list('log', { prefix: 'evidence/' });
  return entries.map(([, value]) => decodeStored(Evidence, value)).sort((a, b) => a.at - b.at);
}

/** The person has looked at all of it and goes on. Gives what had not been seen. */
export async function settleEvidence(op: Operation, now: number): Promise<readonly Evidence[]> {
  const open = (await listEvidence(op)).filter(({ seen }) => seen === null);
  for (const each of open) op.write('log', evidenceKey(each), Evidence, { ...each, seen: now });
  op.remove('log', FROZEN);
  op.touched.log = true;
  return open;
}

/** As those see it who draw it or save it: bytes as base64url. */
export function viewEvidence(evidence: Evidence): LogEvidence {
  const { kind, at, own, size, root, shown, leaf, claim, seen } = evidence;
  const asText = (value: Uint8Array | null) => (value === null ? null : toBase64(value));
  return {
    kind,
    at,
    size,
    root: toHex(root),
    seen,
    own: asText(own),
    shown: asText(shown),
    leaf: asText(leaf),
    claim: claim && {
      account: claim.account,
      device: claim.device,
      body: claim.body,
      header: toBase64(claim.header),
      content: toBase64(claim.content),
      signature: toBase64(claim.signature),
    },
  };
}
