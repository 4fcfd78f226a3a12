/**
 * What files have brought that this release has no place for, kept beside what it belongs to, so that an export gives it back.
 * Store `history`: `x/ID` unknown fields of a message, `xc/ID` of a conversation, `xd/file` of files as such, as JSON; `xp/ID` somebody
 * who is not known here as the file had them, `xs/ACCOUNT/DEVICE` the certificates of theirs that it brought. Nothing here is believed.
 */
import type { ExportedCertificate, ExportedPerson } from '../../contract/export.ts';
import { MAX_UNKNOWN_FIELDS } from '../../contract/export.ts';
import type { AccountId, BodyId, ConversationId } from '../../contract/ids.ts';
import type { Operation, Reads } from '../operation.ts';

/** Fields by name; of JSON's own values alone. */
export type Extra = Readonly<Record<string, unknown>>;

/** Whose fields they are. */
export type Owner =
  | { readonly message: BodyId }
  | { readonly conversation: ConversationId }
  | { readonly file: true }
  | { readonly person: AccountId };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const messageExtraKey = (id: BodyId): string => `x/${id}`;

function keyOf(owner: Owner): string {
  if ('message' in owner) return messageExtraKey(owner.message);
  if ('conversation' in owner) return `xc/${owner.conversation}`;
  return 'person' in owner ? `xp/${owner.person}` : 'xd/file';
}

/** Empty for what has none. */
export async function readExtra(reads: Reads, owner: Owner): Promise<Extra> {
  const kept = await reads.get('history', keyOf(owner));
  const value: unknown = kept === null ? {} : JSON.parse(decoder.decode(kept));
  return isExtra(value) ? value : {};
}

export const isExtra = (value: unknown): value is Extra =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Adds fields to those that are there; what is there stays as it is, and so does everything when it would be too much. */
export async function addExtra(op: Operation, owner: Owner, extra: Extra): Promise<void> {
  if (Object.keys(extra).length === 0) return;
  const text = JSON.stringify({ ...extra, ...(await readExtra(op, owner)) });
  if (text.length > MAX_UNKNOWN_FIELDS) return;
  op.writeBytes('history', keyOf(owner), encoder.encode(text));
}

/** Somebody as a file has them. */
export function keepStranger(op: Operation, person: ExportedPerson): void {
  op.writeBytes('history', keyOf({ person: person.account }), encoder.encode(JSON.stringify(person)));
}

/** A certificate that verified under the identity that the same file names. */
export function keepCertificate(op: Operation, certificate: ExportedCertificate): void {
  const key = `xs/${certificate.account}/${certificate.device}`;
  op.writeBytes('history', key, encoder.encode(JSON.stringify(certificate)));
}

/** What files have brought of somebody: themselves, and certificates; all of it as it was read, and not believed. */
export async function readStranger(
  reads: Reads,
  account: AccountId,
): Promise<{ readonly person: Extra; readonly certificates: readonly Extra[] }> {
  const kept = await reads.list('history', { prefix: `xs/${account}/` });
  const certificates = kept.map(([, value]): unknown => JSON.parse(decoder.decode(value)));
  return { person: await readExtra(reads, { person: account }), certificates: certificates.filter(isExtra) };
}
