/**
 * The order of each sending device in a conversation: which of its messages this device has seen, whether they hang
 * together, and which are missing (protocol/README 7, 8; R8, R32). Store `replay`:
 * `seen/CONVERSATION/ACCOUNT/DEVICE/SEQ`, `chain/CONVERSATION/ACCOUNT/DEVICE`, `gap/CONVERSATION/ACCOUNT/DEVICE/FROM`.
 */
import {
  type AccountId,
  type BodyId,
  type ConversationId,
  type DeviceId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import { addressKey } from './address.ts';
import { type Operation, type Reads, readRecord, sortable } from './operation.ts';
import { bytes, decodeStored, nullable, number, type Of, record, word } from './stored.ts';

/** A gap younger than this may still close by itself: messages cross on the way. */
export const GAP_SHOWN_AFTER_MS = 10 * 60_000;

const Seen = record({
  seq: number,
  /** H(content), 32 bytes, and what it names as its predecessor's. */
  hash: bytes,
  prev: bytes,
  /** Epoch milliseconds at which the message stands in the conversation. */
  time: number,
  id: word(isBodyId),
});
const Chain = record({ highest: number });
/** Consecutive messages of one sender that have not come. */
export const Gap = record({
  from: number,
  to: number,
  since: number,
  /** The message that shows the gap, once it is shown. */
  notice: nullable(word(isBodyId)),
});
export type Gap = Of<typeof Gap>;

/** One message in its sender's order. */
export interface Link {
  readonly conversation: ConversationId;
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly prev: Uint8Array;
  readonly id: BodyId;
  /** Relay's time, epoch milliseconds. */
  readonly time: number;
  /** Messages that the session shows to have gone before this one, when nothing else is known of the sender. */
  readonly before: number;
}

/** One sending device in one conversation. */
export type Sender = Pick<Link, 'conversation' | 'account' | 'device'>;

const chainKey = (link: Sender) => `${link.conversation}/${addressKey(link)}`;
/** Where a gap is stored. */
export const gapKey = (link: Sender, from: number) => `gap/${chainKey(link)}/${sortable(from)}`;

/** What became of a message that was put into its sender's order. */
export type Placed =
  /** The same content is here already, under this id. */
  | { readonly duplicate: BodyId }
  /** `time` sorts it after what its sender sent before it and before what it sent later. `closed`: notices now untrue. */
  | {
      readonly duplicate: null;
      readonly time: number;
      readonly closed: readonly BodyId[];
      readonly opened: boolean;
    };

/**
 * Puts a message into its sender's order. Throws ProtocolError E_EQUIV when the sender has said something else at this
 * place, or when it does not follow from its neighbours.
 */
export async function placeInChain(op: Operation, link: Link, now: number): Promise<Placed> {
  const prefix = `seen/${chainKey(link)}/`;
  const key = prefix + sortable(link.seq);
  const same = await readRecord(op, 'replay', key, Seen);
  if (same !== null) {
    if (!equalBytes(same.hash, link.hash)) throw equivocation();
    return { duplicate: same.id };
  }
  const below = await neighbour(op, { prefix, before: key, reverse: true, limit: 1 });
  const above = await neighbour(op, { prefix, after: key, limit: 1 });
  if (below?.seq === link.seq - 1 && !equalBytes(below.hash, link.prev)) throw equivocation();
  if (above?.seq === link.seq + 1 && !equalBytes(above.prev, link.hash)) throw equivocation();
  const time = Math.min(Math.max(link.time, below?.time ?? 0), above?.time ?? Number.MAX_SAFE_INTEGER);
  op.write('replay', key, Seen, { seq: link.seq, hash: link.hash, prev: link.prev, time, id: link.id });
  return { duplicate: null, time, ...(await moveHighest(op, link, now)) };
}

const equivocation = () => new ProtocolError('E_EQUIV', 'the sender has said something else at this place');

async function neighbour(
  op: Operation,
  range: { prefix: string; before?: string; after?: string; reverse?: boolean; limit: number },
): Promise<Of<typeof Seen> | null> {
  const [entry] = await op.list('replay', range);
  return entry === undefined ? null : decodeStored(Seen, entry[1]);
}

async function moveHighest(
  op: Operation,
  link: Link,
  now: number,
): Promise<{ closed: readonly BodyId[]; opened: boolean }> {
  const key = `chain/${chainKey(link)}`;
  const chain = await readRecord(op, 'replay', key, Chain);
  const highest = chain?.highest ?? Math.max(0, link.seq - 1 - link.before);
  if (link.seq <= highest) return { closed: await fillGap(op, link), opened: false };
  op.write('replay', key, Chain, { highest: link.seq });
  if (link.seq === highest + 1) return { closed: [], opened: false };
  const gap = { from: highest + 1, to: link.seq - 1, since: now, notice: null };
  op.write('replay', gapKey(link, gap.from), Gap, gap);
  return { closed: [], opened: true };
}

/** A late message takes its place out of its gap, which may fall into two. */
async function fillGap(op: Operation, link: Link): Promise<readonly BodyId[]> {
  const [entry] = await op.list('replay', {
    prefix: `gap/${chainKey(link)}/`,
    before: gapKey(link, link.seq + 1),
    reverse: true,
    limit: 1,
  });
  if (entry === undefined) return [];
  const [key, value] = entry;
  const gap = decodeStored(Gap, value);
  if (link.seq > gap.to) return [];
  op.remove('replay', key);
  if (gap.from < link.seq) op.write('replay', key, Gap, { ...gap, to: link.seq - 1 });
  if (link.seq < gap.to) {
    const rest = { ...gap, from: link.seq + 1, notice: gap.from < link.seq ? null : gap.notice };
    op.write('replay', gapKey(link, rest.from), Gap, rest);
  }
  return gap.notice !== null && gap.from === gap.to ? [gap.notice] : [];
}

/** Every gap there is, with the sender it belongs to. */
export async function readGaps(
  reads: Reads,
): Promise<readonly { readonly sender: Sender; readonly gap: Gap }[]> {
  const gaps: { sender: Sender; gap: Gap }[] = [];
  for (const [key, value] of await reads.list('replay', { prefix: 'gap/' })) {
    const [, conversation = '', account = '', device = ''] = key.split('/');
    if (!isConversationId(conversation) || !isAccountId(account) || !isDeviceId(device)) continue;
    gaps.push({ sender: { conversation, account, device }, gap: decodeStored(Gap, value) });
  }
  return gaps;
}

/** When the message after a gap stands in the conversation, epoch milliseconds; null when it is not there either. */
export async function timeAfterGap(reads: Reads, sender: Sender, gap: Gap): Promise<number | null> {
  const key = `seen/${chainKey(sender)}/${sortable(gap.to + 1)}`;
  return (await readRecord(reads, 'replay', key, Seen))?.time ?? null;
}
