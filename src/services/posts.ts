/** Reads a post and checks it against what the relay knows: from bytes to what there is to store, or a refusal. */
import { createHash } from 'node:crypto';
import type { DeviceSession } from '../auth/sessions.ts';
import type { WrongDevicesBody } from '../contract/errors.ts';
import type { BodyId, ConversationId, DeviceId } from '../contract/ids.ts';
import { decodePost, type Post } from '../contract/post.ts';
import { notFound } from './conversations.ts';
import { type Expected, type ExpectedDevices, hashDevices, type Recipient } from './expected-devices.ts';
import { createHeaderReader } from './post-header.ts';
import type { Recipients } from './recipients.ts';
import { Refusal } from './refusal.ts';

/** A post whose sender is who it says. */
export interface Incoming {
  readonly session: DeviceSession;
  readonly id: BodyId;
  readonly class: 1 | 2;
  readonly conversation: ConversationId;
  readonly post: Post;
  /** SHA-256 of the whole post, 32 bytes. */
  readonly hash: Uint8Array;
}

/** An envelope and the device that gets it. */
export interface Addressed {
  readonly device: DeviceId;
  readonly envelope: Uint8Array;
}

/** Devices whose signed prekey is older than this (by their own clock) may be left out: 30 days, as senders refuse it. */
const PREKEY_MAX_AGE_MS = 30 * 24 * 3600 * 1000;
const NO_CONVERSATION = '0'.repeat(64);

/** Takes a post apart. Throws ValidationError. */
export function readPost(session: DeviceSession, bytes: Uint8Array): Incoming {
  const post = decodePost(bytes);
  if (!post)
    throw malformed('This is not a message that the relay understands. Update your client and try again.');
  const header = headers.read(post.body);
  if (!header)
    throw malformed('The header of this message cannot be read. Update your client and try again.');
  if (header.account !== session.account || header.device !== session.device)
    throw malformed('This message names another sender than the device that is signed in.');
  if (
    header.class === 2 &&
    (header.conversation !== NO_CONVERSATION || post.recipients instanceof Uint8Array)
  )
    throw malformed('A message between devices names its recipients and no conversation.');
  return {
    session,
    id: header.id,
    class: header.class,
    conversation: header.conversation,
    post,
    hash: createHash('sha256').update(bytes).digest(),
  };
}

const headers = createHeaderReader();

/**
 * Whom the envelopes of a post are for, without those that are dropped. Throws NotFound or WrongDevices. Synchronous
 * where everything is cached.
 */
export function address(
  incoming: Incoming,
  expected: ExpectedDevices,
  devices: Pick<Recipients, 'ownersOf' | 'recipientsOf'>,
  now: number,
): readonly Addressed[] | Promise<readonly Addressed[]> {
  if (incoming.class === 2) return addressNamed(incoming, devices);
  const found = expected.of(incoming.session, incoming.conversation);
  if (found instanceof Promise) return found.then((value) => addressMembers(incoming, value, now));
  return addressMembers(incoming, found, now);
}

function addressMembers({ post }: Incoming, expected: Expected | null, now: number): readonly Addressed[] {
  if (!expected) throw notFound();
  if (expected.isOver)
    throw new Refusal('Forbidden', 'This account was deleted. Nobody would read what you write.');
  const reached = withoutOmitted(expected, post.omitted, now);
  if (!reached || reached.recipients.length !== post.envelopes.length)
    throw wrongDevices(expected.recipients);
  const addressed: Addressed[] = [];
  if (post.recipients instanceof Uint8Array) {
    if (!sameBytes(post.recipients, reached.hash)) throw wrongDevices(expected.recipients);
    for (const [index, envelope] of post.envelopes.entries()) {
      const recipient = reached.recipients[index];
      if (recipient && !recipient.disabled) addressed.push({ device: recipient.device, envelope });
    }
    return addressed;
  }
  const byId = new Map(reached.recipients.map((recipient) => [recipient.device, recipient]));
  for (const [index, device] of post.recipients.entries()) {
    const recipient = byId.get(device);
    const envelope = post.envelopes[index];
    if (!recipient || !envelope) throw wrongDevices(expected.recipients);
    byId.delete(device);
    if (!recipient.disabled) addressed.push({ device, envelope });
  }
  return addressed;
}

/**
 * Only devices that cannot be reached safely may be left out, and in a group somebody with all their devices, because the
 * sender has not acknowledged their new identity yet; null when another one is.
 */
function withoutOmitted(expected: Expected, omitted: readonly DeviceId[], now: number): Expected | null {
  if (omitted.length === 0) return expected;
  const left = new Set(omitted);
  const reached = new Set(
    expected.recipients.filter(({ device }) => !left.has(device)).map(({ account }) => account),
  );
  const recipients: Recipient[] = [];
  for (const recipient of expected.recipients) {
    const { account, device, expiresAt, prekeyCreatedAt } = recipient;
    const isReachable = expiresAt > now && prekeyCreatedAt > now - PREKEY_MAX_AGE_MS;
    if (!left.delete(device)) recipients.push(recipient);
    else if (isReachable && (!expected.isGroup || reached.has(account))) return null;
  }
  return left.size === 0 ? { ...expected, recipients, hash: hashDevices(recipients) } : null;
}

/** Class 2: any devices of this workspace but the sending one. */
async function addressNamed(
  { session, post }: Incoming,
  devices: Pick<Recipients, 'ownersOf' | 'recipientsOf'>,
): Promise<readonly Addressed[]> {
  const named = post.recipients instanceof Uint8Array ? [] : post.recipients;
  if (named.length === 0) throw malformed('This message is for nobody.');
  if (new Set(named).size !== named.length || named.includes(session.device))
    throw malformed('A message names each recipient once, and not the device that sends it.');
  const owners = await devices.ownersOf(named);
  const known = named.flatMap((device) => {
    const account = owners.get(device);
    return account === undefined ? [] : [{ account, device }];
  });
  if (known.length !== named.length) throw wrongDevices(known);
  const accounts = await devices.recipientsOf([...new Set(owners.values())]);
  return known.flatMap(({ account, device }, index) => {
    const envelope = post.envelopes[index];
    return envelope === undefined || accounts.get(account)?.disabled ? [] : [{ device, envelope }];
  });
}

function wrongDevices(expected: readonly { readonly account: string; readonly device: string }[]): Refusal {
  const more: Pick<WrongDevicesBody, 'expected'> = {
    expected: expected.map(({ account, device }) => ({ account, device })),
  };
  return new Refusal(
    'WrongDevices',
    'The devices of the people in this conversation have changed. Check them and send again.',
    more,
  );
}

function malformed(message: string): Refusal {
  return new Refusal('ValidationError', message);
}

/** Hashes of public ids: no secret depends on the time this takes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
