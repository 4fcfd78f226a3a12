/**
 * Which devices a class 1 body must reach (protocol/README 11, "Membership"): every device of every member, except the
 * sending one. Of a group, the members whose identity is the one that its roster names: nobody seals for another one.
 */
import { createHash } from 'node:crypto';
import type { DeviceSession } from '../auth/sessions.ts';
import { fromHex } from '../contract/bytes.ts';
import type { AccountId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { Member } from '../store/conversations.ts';
import type { Conversations } from './conversations.ts';
import { Recent } from './recent.ts';
import type { DeviceState, Recipients } from './recipients.ts';

export interface Recipient extends DeviceState {
  readonly account: AccountId;
  /** Its account is disabled: it stays a recipient, and its envelopes are dropped. */
  readonly disabled: boolean;
}

export interface Expected {
  /** In the bytewise order of the device ids. */
  readonly recipients: readonly Recipient[];
  /** SHA-256 over the sorted device ids, 32 bytes. */
  readonly hash: Uint8Array;
  /** A direct conversation whose other person has deleted their account. */
  readonly isOver: boolean;
  /** A group: one of many whom its sender does not trust any more must not keep a message from all. */
  readonly isGroup: boolean;
}

export interface ExpectedDevices {
  /** For a message of the session's device; null when its account is no member. Synchronous where nothing changed. */
  of(session: DeviceSession, conversation: ConversationId): Expected | null | Promise<Expected | null>;
}

interface Derived {
  readonly expected: Expected;
  /** Of the device lists and members that it was derived from. */
  readonly version: number;
}

/** Disabled accounts are also changed by the command line, in another process: that is seen after the ttl. */
const CACHE = { ttl: 2_000, max: 10_000 };

export function createExpectedDevices(
  clock: () => number,
  devices: Pick<Recipients, 'version' | 'recipientsOf' | 'identitiesOf'>,
  conversations: Pick<Conversations, 'version' | 'membersOf'>,
): ExpectedDevices {
  const recent = new Recent<string, Derived>(clock, CACHE);
  // Both only grow, so that their sum is another one whenever one of them is.
  const current = () => devices.version + conversations.version;

  return {
    of(session, conversation) {
      const key = conversation + session.device;
      const known = recent.get(key);
      return known !== undefined && known.version === current()
        ? known.expected
        : load(session, conversation, key);
    },
  };

  async function load(session: DeviceSession, conversation: ConversationId, key: string) {
    const version = current();
    const expected = await derive(session, conversation);
    if (expected) recent.put(key, { expected, version }, recent.generation);
    return expected;
  }

  async function derive(session: DeviceSession, conversation: ConversationId): Promise<Expected | null> {
    const members = await conversations.membersOf(conversation);
    if (!members?.some(({ account }) => account === session.account)) return null;
    const accounts = await devices.recipientsOf(await reachable(members));
    const recipients: Recipient[] = [];
    for (const { account, disabled, devices: own } of accounts.values())
      for (const state of own)
        if (state.device !== session.device) recipients.push({ ...state, account, disabled });
    recipients.sort((a, b) => (a.device < b.device ? -1 : 1));
    const isGroup = members.some(({ identity }) => identity !== null);
    const isOver =
      !isGroup &&
      [...accounts.values()].some(({ account, deleted }) => deleted && account !== session.account);
    return { recipients, hash: hashDevices(recipients), isGroup, isOver };
  }

  /** Accounts of these members, without those whose identity is another one than the roster names. */
  async function reachable(members: readonly Member[]): Promise<readonly AccountId[]> {
    const named = members.filter(({ identity }) => identity !== null).map(({ account }) => account);
    const identities = await devices.identitiesOf(named);
    return members
      .filter(({ account, identity }) => {
        const known = identities.get(account);
        return identity === null || (known !== undefined && sameBytes(identity, known));
      })
      .map(({ account }) => account);
  }
}

/** Hashes of public keys: no secret depends on the time this takes. */
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** SHA-256 over device ids in the order given, 32 bytes: what a post with implied recipients names. */
export function hashDevices(recipients: readonly { readonly device: DeviceId }[]): Uint8Array {
  const hash = createHash('sha256');
  for (const { device } of recipients) hash.update(fromHex(device));
  return new Uint8Array(hash.digest());
}
