/** The relay: takes posts, keeps them durably, hands them out in order, forgets them when acknowledged. */
import type { DeviceSession } from '../auth/sessions.ts';
import { conversationId, toBase64 } from '../contract/bytes.ts';
import type { BodyId, DeviceId } from '../contract/ids.ts';
import { ENVELOPES_PER_PAGE } from '../contract/limits.ts';
import type { Accepted, Delivery as Envelope, MessageStatus, Pending } from '../contract/relay.ts';
import type { Ports } from '../deps.ts';
import { decodeBodyHeader } from '../protocol/body-header.ts';
import { isWaitedFor } from '../store/bodies.ts';
import { DbUnavailable } from '../store/db.ts';
import { everyDeviceOf } from '../store/devices.ts';
import { countAttempts, mayGoOn, type PendingRow, pendingOfMany, waitingFor } from '../store/envelopes.ts';
import { devicesIn, messageOf, newestNumber, type StatusRow } from '../store/messages.ts';
import type { Audit, AuditEntry } from './audit.ts';
import type { Conversations } from './conversations.ts';
import { createExpectedDevices } from './expected-devices.ts';
import type { Policies } from './policies.ts';
import { address, type Incoming } from './posts.ts';
import type { Recipients } from './recipients.ts';
import { type AcceptedPost, type NotePosts, storeBatch } from './relay-batch.ts';
import { createRelayQueue } from './relay-queue.ts';
import { createRelayRoom, type RoomLimits } from './relay-room.ts';
import { createWaitingReader } from './waiting-reader.ts';

export interface Delivery {
  /**
   * Stores a binary post (contract/post.ts) and answers once it is on the disk. Identical bytes give the same answer
   * again. Throws ValidationError (not a post, another sender's header, wrong kind of recipients), NotFound (not a
   * member of the conversation), WrongDevices with what is expected, Conflict (other bytes under the same id).
   */
  send(session: DeviceSession, post: Uint8Array): Promise<Accepted>;
  /**
   * What waits for the device after `after`, oldest first, at most `limit` (1 to ENVELOPES_PER_PAGE); counts one
   * attempt for each.
   */
  pending(device: DeviceId, after: number, limit?: number): Promise<Pending>;
  /** As `pending`, for what a socket pushes: counts no attempt. All that is asked in one turn is one look into the store. */
  waiting(device: DeviceId, after: number): Promise<Pending>;
  /** The number of the newest message: whoever fetches what is pending after this has all up to it. */
  newest(): Promise<number>;
  /** Deletes these envelopes of the session's device, and the bodies that nobody waits for any more. Repeatable. */
  acknowledge(session: DeviceSession, seqs: readonly number[]): Promise<void>;
  /** What became of the account's own messages; ids of others and unknown ones are left out. */
  statuses(session: DeviceSession, ids: readonly BodyId[]): Promise<readonly MessageStatus[]>;
  /** Counts an attempt for envelopes that a socket pushed and that were not acknowledged when it closed. */
  unacknowledged(device: DeviceId, seqs: readonly number[]): Promise<void>;
}

/** Bytes of ciphertext in one page, up to the envelope that reaches it: a page of the largest messages would be 8 MB. */
const PAGE_BYTES = 1024 * 1024;

export function createDelivery(
  { db, hub, clock }: Pick<Ports, 'db' | 'hub' | 'clock'>,
  services: {
    readonly devices: Pick<Recipients, 'version' | 'recipientsOf' | 'identitiesOf' | 'ownersOf'>;
    readonly conversations: Pick<Conversations, 'version' | 'membersOf'>;
    readonly audit: Pick<Audit, 'recordAll'>;
    readonly policies: Pick<Policies, 'read' | 'onChange'>;
  },
  roomLimits?: RoomLimits,
): Delivery {
  const { devices, conversations, audit, policies } = services;
  const note: NotePosts = (tx, posts) => audit.recordAll(tx, posts.map(entryOf));
  let isNoted: boolean | null = null;
  policies.onChange((now) => {
    isNoted = now.audit === 'messages';
  });
  const reader = createWaitingReader(db);
  const expected = createExpectedDevices(clock, devices, conversations);
  const room = createRelayRoom(clock, roomLimits, () => hub.way !== 'none');
  const queue = createRelayQueue(db, hub, async (tx, batch) => {
    isNoted ??= (await policies.read()).audit === 'messages';
    const now = clock();
    const addressed = (incoming: Incoming) => address(incoming, expected, devices, now);
    return storeBatch(tx, batch, addressed, room, now, isNoted ? note : null);
  });

  return {
    send: (session, bytes) => queue.send({ kind: 'send', session, bytes }),

    async pending(device, after, limit = ENVELOPES_PER_PAGE) {
      const asked = Math.min(limit, ENVELOPES_PER_PAGE);
      const upTo = { rows: asked + 1, bytes: PAGE_BYTES };
      const found = await pendingOfMany(db, [{ device, after }], upTo);
      const page = found.slice(0, asked);
      const first = page[0]?.number;
      const last = page.at(-1)?.number;
      if (first !== undefined && last !== undefined) {
        try {
          await db.write((tx) => countAttempts(tx, device, first, last));
        } catch (error) {
          // A full disk must not keep anybody from fetching, which is what empties it.
          if (!(error instanceof DbUnavailable)) throw error;
        }
      }
      return { envelopes: page.map(handedOut), more: mayGoOn(found, upTo) };
    },

    async waiting(device, after) {
      const { rows, more } = await reader.read({ device, after });
      return { envelopes: rows.map(handedOut), more };
    },

    newest: () => newestNumber(db),

    async acknowledge(session, seqs) {
      if (seqs.length > 0) await queue.acknowledge({ kind: 'acknowledge', session, seqs });
    },

    async statuses(session, ids) {
      const own = new Set(await everyDeviceOf(db, session.account));
      const found = await Promise.all(ids.map((id) => messageOf(db, session.account, id)));
      const known = found.filter((row) => row !== null);
      return Promise.all(known.map((row) => status(row, own)));
    },

    async unacknowledged(device, seqs) {
      if (seqs.length === 0) return;
      await db.write(async (tx) => {
        for (const seq of seqs) await countAttempts(tx, device, seq, seq);
      });
    },
  };
  async function status(row: StatusRow, own: ReadonlySet<DeviceId>): Promise<MessageStatus> {
    const recipients = devicesIn(row.recipients);
    const expired = devicesIn(row.expired);
    const waiting = (await isWaitedFor(db, row.number)) ? await waitingFor(db, row.number, recipients) : [];
    const missing = new Set([...expired, ...waiting]);
    return {
      id: row.id,
      delivered: recipients.filter((device) => !missing.has(device) && !own.has(device)),
      expired,
      pending: waiting.length,
    };
  }
}

/** Ids and sizes: what the relay knows anyway while the message waits. */
const entryOf = ({ incoming, recipients }: AcceptedPost): AuditEntry => ({
  actor: incoming.session.account,
  action: 'message.accepted',
  subject: incoming.id,
  detail: { conversation: incoming.conversation, size: incoming.post.body.length, recipients },
});

function handedOut(row: PendingRow): Envelope {
  const { header } = decodeBodyHeader(row.body);
  return {
    seq: row.number,
    id: row.id,
    class: header.class,
    conversation: conversationId(header.conversation),
    sender: { account: row.account, device: row.device },
    acceptedAt: row.accepted_at,
    attempts: row.attempts + 1,
    body: toBase64(row.body),
    envelope: toBase64(row.envelope),
  };
}
