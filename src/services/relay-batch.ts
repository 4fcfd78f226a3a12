/** One write of the relay: the posts and acknowledgements that came together, stored in order and in one transaction. */
import type { DeviceSession } from '../auth/sessions.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import type { Accepted } from '../contract/relay.ts';
import type { HubEvent } from '../realtime/hub.ts';
import { touchConversation } from '../store/conversations.ts';
import type { Tx } from '../store/db.ts';
import { deleteEnvelope, insertEnvelope } from '../store/envelopes.ts';
import { insertMessage, knownMessage, reserveNumbers, settleEnvelopes } from '../store/messages.ts';
import { type Addressed, type Incoming, readPost, sameBytes } from './posts.ts';
import { Refusal } from './refusal.ts';

export interface SendWork {
  readonly kind: 'send';
  readonly session: DeviceSession;
  readonly bytes: Uint8Array;
}
export interface AcknowledgeWork {
  readonly kind: 'acknowledge';
  readonly session: DeviceSession;
  readonly seqs: readonly number[];
}
export type Work = SendWork | AcknowledgeWork;

/** What came of one piece of work: an answer, or the refusal that its promise rejects with. */
export type Outcome = { readonly accepted: Accepted | null } | { readonly refused: Refusal };

export interface BatchResult {
  /** In the order of the work. */
  readonly outcomes: readonly Outcome[];
  /** To publish after the commit, in this order. */
  readonly events: readonly HubEvent[];
}

/** Gives the recipients of a post, or throws a Refusal. */
export type Address = (incoming: Incoming) => readonly Addressed[] | Promise<readonly Addressed[]>;

/** Stores a batch. Refusals are outcomes; anything else that is thrown undoes the whole batch. */
export async function storeBatch(
  tx: Tx,
  batch: readonly Work[],
  address: Address,
  now: number,
): Promise<BatchResult> {
  const outcomes: Outcome[] = [];
  const events: HubEvent[] = [];
  const active = new Set<ConversationId>();
  const settled = new Map<number, DeviceSession[]>();
  const posts = batch.reduce((count, work) => count + (work.kind === 'send' ? 1 : 0), 0);
  let number = posts > 0 ? await reserveNumbers(tx, posts, now) : 0;

  for (const work of batch) {
    if (work.kind === 'acknowledge') {
      await acknowledge(tx, work, settled);
      outcomes.push({ accepted: null });
      continue;
    }
    try {
      const incoming = readPost(work.session, work.bytes);
      const accepted = await store(tx, incoming, address, number++, now, events);
      if (incoming.class === 1) active.add(incoming.conversation);
      outcomes.push({ accepted });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outcomes.push({ refused: error });
    }
  }
  for (const conversation of active) await touchConversation(tx, conversation, now);
  await settle(tx, settled, events);
  return { outcomes, events };
}

async function store(
  tx: Tx,
  incoming: Incoming,
  address: Address,
  number: number,
  now: number,
  events: HubEvent[],
): Promise<Accepted> {
  const { id, session, post } = incoming;
  let addressed: readonly Addressed[];
  try {
    const found = address(incoming);
    addressed = found instanceof Promise ? await found : found;
  } catch (refusal) {
    // A repeated post gets its first answer, also when the devices have changed since.
    const known = await repeated(tx, incoming);
    if (known) return known;
    throw refusal;
  }
  const stored = await insertMessage(
    tx,
    {
      number,
      id,
      account: session.account,
      device: session.device,
      post_hash: incoming.hash,
      accepted_at: now,
      recipients: addressed.length,
    },
    post.body,
  );
  if (!stored) {
    const known = await repeated(tx, incoming);
    if (known) return known;
    throw new Refusal('Conflict', 'Another message was already sent under this id.');
  }
  const body = addressed.length > 0 ? toBase64(post.body) : '';
  const sender = { account: session.account, device: session.device };
  for (const { device, envelope } of addressed) {
    await insertEnvelope(tx, { device, number }, envelope);
    events.push({
      type: 'envelope',
      device,
      delivery: {
        seq: number,
        id,
        class: incoming.class,
        conversation: incoming.conversation,
        sender,
        acceptedAt: now,
        attempts: 1,
        body,
        envelope: toBase64(envelope),
      },
    });
  }
  return { id, acceptedAt: now, recipients: addressed.length };
}

/** The first answer to identical bytes, or null. */
async function repeated(tx: Tx, { id, hash }: Incoming): Promise<Accepted | null> {
  const known = await knownMessage(tx, id);
  if (!known || !sameBytes(known.post_hash, hash)) return null;
  return { id, acceptedAt: known.accepted_at, recipients: known.recipients };
}

async function acknowledge(
  tx: Tx,
  { session, seqs }: AcknowledgeWork,
  settled: Map<number, DeviceSession[]>,
): Promise<void> {
  for (const number of seqs) {
    if (!(await deleteEnvelope(tx, { device: session.device, number }))) continue;
    const by = settled.get(number);
    if (by) by.push(session);
    else settled.set(number, [session]);
  }
}

/** Once for each message, however many devices acknowledged it; the sender learns which ones of other people did. */
async function settle(
  tx: Tx,
  settled: ReadonlyMap<number, readonly DeviceSession[]>,
  events: HubEvent[],
): Promise<void> {
  for (const [number, by] of settled) {
    const delivered = by.map(({ device }) => device).join('');
    const sender = await settleEnvelopes(tx, number, by.length, { delivered, expired: '' });
    if (!sender) continue;
    for (const { account, device } of by)
      if (account !== sender.account)
        events.push({ type: 'delivered', device: sender.device, id: sender.id, by: { account, device } });
  }
}
