/** One write of the relay: the posts and acknowledgements that came together, stored in order and in one transaction. */
import type { DeviceSession } from '../auth/sessions.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ConversationId } from '../contract/ids.ts';
import type { Accepted } from '../contract/relay.ts';
import type { HubEvent } from '../realtime/hub.ts';
import { type BodyRow, insertBodies } from '../store/bodies.ts';
import { touchConversation } from '../store/conversations.ts';
import type { Tx } from '../store/db.ts';
import { type EnvelopeRow, insertEnvelopes, waitingFor } from '../store/envelopes.ts';
import {
  devicesIn,
  insertMessages,
  knownMessage,
  type MessageRow,
  reserveNumbers,
} from '../store/messages.ts';
import { type Addressed, type Incoming, readPost, sameBytes } from './posts.ts';
import { Refusal } from './refusal.ts';
import { type AcknowledgeWork, storeAcknowledgements } from './relay-acknowledge.ts';
import type { PostSize, RelayRoom } from './relay-room.ts';

export interface SendWork {
  readonly kind: 'send';
  readonly session: DeviceSession;
  readonly bytes: Uint8Array;
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

/** A post of class 1 that was stored, and how many devices get it. */
export interface AcceptedPost {
  readonly incoming: Incoming;
  readonly recipients: number;
}
/** Writes down in the same transaction that these were accepted. */
export type NotePosts = (tx: Tx, posts: readonly AcceptedPost[]) => Promise<void>;

/** Gives the recipients of a post, or throws a Refusal. */
export type Address = (incoming: Incoming) => readonly Addressed[] | Promise<readonly Addressed[]>;

/** A post that passed every check, and its place in the batch. */
interface Ready {
  readonly place: number;
  readonly incoming: Incoming;
  readonly addressed: readonly Addressed[];
  readonly number: number;
}

/** Stores a batch. Refusals are outcomes; anything else that is thrown undoes the whole batch. */
export async function storeBatch(
  tx: Tx,
  batch: readonly Work[],
  address: Address,
  room: RelayRoom,
  now: number,
  note: NotePosts | null = null,
): Promise<BatchResult> {
  const outcomes = new Array<Outcome>(batch.length);
  const events: HubEvent[] = [];
  const ready = await check(tx, batch, address, room, now, outcomes, events);
  const accepted = await storePosts(tx, ready, now, outcomes, events);
  if (note !== null) await note(tx, accepted);
  const acknowledgements: AcknowledgeWork[] = [];
  for (const [place, work] of batch.entries()) {
    if (work.kind !== 'acknowledge') continue;
    acknowledgements.push(work);
    outcomes[place] = { accepted: null };
  }
  await storeAcknowledgements(tx, acknowledgements, events);
  return { outcomes, events };
}

/** Reads and addresses the posts of a batch. */
async function check(
  tx: Tx,
  batch: readonly Work[],
  address: Address,
  room: RelayRoom,
  now: number,
  outcomes: Outcome[],
  events: HubEvent[],
): Promise<readonly Ready[]> {
  const ready: Omit<Ready, 'number'>[] = [];
  for (const [place, work] of batch.entries()) {
    if (work.kind !== 'send') continue;
    let incoming: Incoming | null = null;
    try {
      incoming = readPost(work.session, work.bytes);
      const found = address(incoming);
      const addressed = found instanceof Promise ? await found : found;
      const counted = room.take(tx, work.session.account, sizeOf(incoming, addressed));
      if (counted instanceof Promise) await counted;
      ready.push({ place, incoming, addressed });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // A repeated post gets its first answer, also when the devices have changed since.
      const known = incoming && (await repeated(tx, incoming, events));
      outcomes[place] = known ? { accepted: known } : { refused: error };
    }
  }
  if (ready.length === 0) return [];
  const first = await reserveNumbers(tx, ready.length, now);
  return ready.map((post, index) => ({ ...post, number: first + index }));
}

const sizeOf = ({ post }: Incoming, addressed: readonly Addressed[]): PostSize => ({
  bytes: addressed.reduce((sum, { envelope }) => sum + envelope.length, post.body.length),
  recipients: addressed.length,
});

/** Statements leave together and are awaited together: they run in the order given. Gives the new posts of class 1. */
async function storePosts(
  tx: Tx,
  ready: readonly Ready[],
  now: number,
  outcomes: Outcome[],
  events: HubEvent[],
): Promise<readonly AcceptedPost[]> {
  const stored: AcceptedPost[] = [];
  const active = new Set<ConversationId>();
  const fresh = await insertMessages(
    tx,
    ready.map((post) => remembered(post, now)),
  );
  const kept: Ready[] = [];
  for (const post of ready) {
    const { incoming, addressed } = post;
    if (fresh.has(post.number)) {
      if (addressed.length > 0) kept.push(post);
      tell(post, now, events);
      if (incoming.class === 1) {
        active.add(incoming.conversation);
        stored.push({ incoming, recipients: addressed.length });
      }
      const accepted = { id: incoming.id, acceptedAt: now, recipients: addressed.length };
      outcomes[post.place] = { accepted };
    } else {
      const known = await repeated(tx, incoming, events);
      outcomes[post.place] = known ? { accepted: known } : { refused: idTaken() };
    }
  }
  await Promise.all([
    insertBodies(
      tx,
      kept.map((post) => bodyOf(post, now)),
    ),
    insertEnvelopes(tx, kept.flatMap(envelopesOf)),
    ...[...active].map((conversation) => touchConversation(tx, conversation, now)),
  ]);
  return stored;
}

function remembered({ incoming, addressed, number }: Ready, now: number): MessageRow {
  return {
    number,
    id: incoming.id,
    account: incoming.session.account,
    post_hash: incoming.hash,
    accepted_at: now,
    recipients: addressed.map(({ device }) => device).join(''),
  };
}

function bodyOf({ incoming, addressed, number }: Ready, now: number): BodyRow {
  const { id, session, post } = incoming;
  return {
    number,
    id,
    account: session.account,
    device: session.device,
    accepted_at: now,
    waiting: addressed.length,
    envelope_bytes: addressed.reduce((most, { envelope }) => Math.max(most, envelope.length), 0),
    body: post.body,
  };
}

const envelopesOf = ({ addressed, number }: Ready): readonly EnvelopeRow[] =>
  addressed.map(({ device, envelope }) => ({ device, number, envelope }));

function tell({ incoming, addressed, number }: Ready, now: number, events: HubEvent[]): void {
  if (addressed.length === 0) return;
  const { id, session, post, conversation } = incoming;
  const body = toBase64(post.body);
  const sender = { account: session.account, device: session.device };
  for (const { device, envelope } of addressed)
    events.push({
      type: 'envelope',
      device,
      delivery: {
        seq: number,
        id,
        class: incoming.class,
        conversation,
        sender,
        acceptedAt: now,
        attempts: 1,
        body,
        envelope: toBase64(envelope),
      },
    });
}

/**
 * The first answer to identical bytes, or null. Who repeats a post heard no answer: perhaps its node ended before it told anybody, so
 * those who still wait for it are told once more.
 */
async function repeated(tx: Tx, incoming: Incoming, events: HubEvent[]): Promise<Accepted | null> {
  const { id, hash } = incoming;
  const known = await knownMessage(tx, id);
  if (!known || !sameBytes(known.post_hash, hash)) return null;
  for (const device of await waitingFor(tx, known.number, devicesIn(known.recipients)))
    events.push({ type: 'waiting', device, seq: known.number, class: incoming.class });
  return { id, acceptedAt: known.accepted_at, recipients: known.recipients.length / 32 };
}

const idTaken = () => new Refusal('Conflict', 'Another message was already sent under this id.');
