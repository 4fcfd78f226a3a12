/** The relay: takes posts, keeps them durably, hands them out in order, forgets them when acknowledged. */
import type { DeviceSession } from '../auth/sessions.ts';
import type { BodyId, DeviceId } from '../contract/ids.ts';
import type { Accepted, MessageStatus, Pending } from '../contract/relay.ts';
import type { Ports } from '../deps.ts';
import type { Conversations } from './conversations.ts';
import type { Devices } from './devices.ts';

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
  /** Deletes these envelopes of the session's device, and the bodies that nobody waits for any more. Repeatable. */
  acknowledge(session: DeviceSession, seqs: readonly number[]): Promise<void>;
  /** What became of the account's own messages; ids of others and unknown ones are left out. */
  statuses(session: DeviceSession, ids: readonly BodyId[]): Promise<readonly MessageStatus[]>;
  /** Counts an attempt for envelopes that a socket pushed and that were not acknowledged when it closed. */
  unacknowledged(device: DeviceId, seqs: readonly number[]): Promise<void>;
}

export function createDelivery(
  _ports: Pick<Ports, 'db' | 'hub' | 'clock'>,
  _services: {
    readonly devices: Pick<Devices, 'version' | 'recipientsOf' | 'ownersOf'>;
    readonly conversations: Pick<Conversations, 'membersOf'>;
  },
): Delivery {
  throw new Error('not built yet');
}
