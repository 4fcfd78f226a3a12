/** What the server may answer, checked field by field before anything reads it: a server is not believed to be well. */
import type * as accounts from '../contract/accounts.ts';
import type { ErrorName } from '../contract/errors.ts';
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../contract/ids.ts';
import type * as relay from '../contract/relay.ts';
import { flag, list, nullable, number, oneOf, record, type Shape, text, word } from './stored.ts';

const account = word(isAccountId);
const device = word(isDeviceId);
const conversation = word(isConversationId);
const body = word(isBodyId);
const role = oneOf('owner', 'admin', 'member', 'guest', 'auditor');

/** An object that a ceremony of the browser takes as it is; WebAuthn itself checks the rest. */
function ceremony<T extends { readonly challenge: string }>(): Shape<T> {
  const has = (json: unknown): json is T =>
    typeof json === 'object' && json !== null && 'challenge' in json && typeof json.challenge === 'string';
  return {
    write: (value) => value,
    read: (json) => {
      if (!has(json)) throw new TypeError('The server sent no passkey options.');
      return json;
    },
  };
}

export const workspace: Shape<accounts.Workspace> = record({
  name: text,
  ready: flag,
  release: text,
  fixedAddress: flag,
  passkeys: flag,
});

export const registerStart: Shape<accounts.RegisterStart> = record({
  kind: oneOf('setup', 'invite'),
  role,
  workspace,
  passkey: nullable(ceremony()),
});

export const passwordParameters: Shape<accounts.PasswordParameters> = record({
  salt: text,
  memory: number,
  passes: number,
  lanes: number,
});

const vault: Shape<accounts.VaultRecord> = record({
  version: number,
  sealed: text,
  slots: list(record({ kind: oneOf('prf', 'password', 'recovery'), id: text, record: text })),
});

const person = { account, username: text, name: text, role, disabled: flag };

const directoryEntry: Shape<accounts.DirectoryEntry> = record({
  ...person,
  aik: text,
  deviceList: text,
  certificates: list(text),
});

export const signedIn: Shape<accounts.SignedIn> = record({
  account,
  username: text,
  name: text,
  role,
  vault,
  challenge: text,
  device: nullable(device),
  directory: directoryEntry,
});

export const passkeyStart: Shape<accounts.PasskeySignInStart> = record({ options: ceremony() });
export const people: Shape<readonly accounts.Person[]> = list(record(person));
export const directory: Shape<readonly accounts.DirectoryEntry[]> = list(directoryEntry);
export const prekeyStock: Shape<accounts.PrekeyStock> = record({ remaining: number });

export const prekeyBundles: Shape<readonly accounts.PrekeyBundleRecord[]> = list(
  record({
    device,
    signedPrekey: text,
    oneTime: nullable(record({ leaf: text, path: list(text), index: number, size: number, root: text })),
  }),
);

const conversationRecord: Shape<relay.ConversationRecord> = record({
  id: conversation,
  kind: oneOf('direct'),
  members: list(account),
  lastActivity: number,
});

export { conversationRecord as conversation };
export const conversations: Shape<readonly relay.ConversationRecord[]> = list(conversationRecord);

export const accepted: Shape<relay.Accepted> = record({ id: body, acceptedAt: number, recipients: number });

const delivery = {
  seq: number,
  id: body,
  class: {
    write: (value: 1 | 2) => value,
    read: (json: unknown) => {
      if (json !== 1 && json !== 2) throw new TypeError('The server sent a message of an unknown class.');
      return json;
    },
  },
  conversation,
  sender: record({ account, device }),
  acceptedAt: number,
  attempts: number,
  body: text,
  envelope: text,
};
export const pending: Shape<relay.Pending> = record({ envelopes: list(record(delivery)), more: flag });

export const statuses: Shape<readonly relay.MessageStatus[]> = list(
  record({ id: body, delivered: list(device), expired: list(device), pending: number }),
);

const ERROR_NAMES = {
  ValidationError: true,
  NotSignedIn: true,
  Forbidden: true,
  NotFound: true,
  Conflict: true,
  WrongDevices: true,
  Gone: true,
  TooLarge: true,
  UnsupportedMediaType: true,
  UpgradeRequired: true,
  RateLimitExceeded: true,
  Internal: true,
  Unavailable: true,
} as const satisfies Record<ErrorName, true>;
export const isErrorName = (value: string): value is ErrorName => value in ERROR_NAMES;

const events = {
  hello: record<Frame<'hello'>>({ event: oneOf('hello'), release: text, now: number }),
  envelope: record<Frame<'envelope'>>({ event: oneOf('envelope'), ...delivery }),
  delivered: record<Frame<'delivered'>>({ event: oneOf('delivered'), id: body, account, device }),
  expired: record<Frame<'expired'>>({ event: oneOf('expired'), id: body, device }),
  conversation: record<Frame<'conversation'>>({ event: oneOf('conversation'), id: conversation }),
  devices: record<Frame<'devices'>>({ event: oneOf('devices'), account }),
  prekeys: record<Frame<'prekeys'>>({ event: oneOf('prekeys'), remaining: number }),
  accepted: record<Frame<'accepted'>>({ event: oneOf('accepted'), ref: number, accepted }),
  pong: record<Frame<'pong'>>({ event: oneOf('pong') }),
};
type Frame<E extends relay.ServerFrame['event']> = Extract<relay.ServerFrame, { event: E }>;

/** One frame of the socket, or null for what this release does not know. Never throws. */
export function serverFrame(source: string): relay.ServerFrame | null {
  try {
    const json: unknown = JSON.parse(source);
    if (typeof json !== 'object' || json === null || !('event' in json)) return null;
    const name = json.event;
    return typeof name === 'string' && isEvent(name) ? events[name].read(json) : null;
  } catch {
    return null;
  }
}
const isEvent = (name: string): name is keyof typeof events => Object.hasOwn(events, name);
