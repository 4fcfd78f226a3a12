/** What the relay may answer, checked field by field before anything reads it: a server is not believed to be well. */
import type * as accounts from '../contract/accounts.ts';
import type { BackupRecord } from '../contract/backup.ts';
import type { ErrorName } from '../contract/errors.ts';
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../contract/ids.ts';
import type { LogPage } from '../contract/log.ts';
import { PRESENCE_STATES, type PresenceRecord, type PresenceSettings } from '../contract/presence.ts';
import type * as relay from '../contract/relay.ts';
import type { DevicePolicies } from './ports.ts';
import { added, flag, list, nullable, number, oneOf, record, type Shape, text, word } from './stored.ts';

export const account = word(isAccountId);
export const device = word(isDeviceId);
const conversation = word(isConversationId);
export const body = word(isBodyId);
export const role = oneOf('owner', 'admin', 'member', 'guest', 'auditor');

/** Epoch milliseconds. What is no date would put a message at no place, and could not be drawn. */
export const time: Shape<number> = {
  write: (value) => value,
  read: (json) => {
    if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0 || json > LATEST_MS)
      throw new TypeError('The server sent a time that is none.');
    return json;
  },
};
/** The last millisecond that a Date can be (ECMA-262, 21.4.1.1). */
const LATEST_MS = 8.64e15;

const person = { account, username: text, name: text, role, disabled: flag };

export const directoryEntry: Shape<accounts.DirectoryEntry> = record({
  ...person,
  aik: text,
  deviceList: text,
  certificates: list(text),
  leaf: nullable(text),
});

export const people: Shape<readonly accounts.Person[]> = list(record(person));
export const directory: Shape<readonly accounts.DirectoryEntry[]> = list(directoryEntry);
export const logPage: Shape<LogPage> = record({
  head: text,
  leaves: list(text),
  more: flag,
  restored: added(nullable(time), null),
});
/** 1,984 bytes in base64url. */
export const signingKey = word((value): value is string => /^[\w-]{2646}$/.test(value));
/** What a device needs of the workspace when it has no key of the log yet. */
export const logKey: Shape<Pick<accounts.Workspace, 'logKey'>> = record({ logKey: signingKey });
/** What a device goes by of what the workspace allows. */
export const policies = {
  relayDays: number,
  history: oneOf('none', 'invitation', 'all'),
  suite: number,
};
export const workspacePolicies: Shape<{ readonly policies: DevicePolicies }> = record({
  policies: record(policies),
});
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
  kind: oneOf('direct', 'group'),
  members: list(account),
  epoch: number,
  lastActivity: time,
});

export { conversationRecord as conversation };
export const conversations: Shape<readonly relay.ConversationRecord[]> = list(conversationRecord);

export const roster: Shape<relay.RosterRecord> = record({
  events: list(text),
  signers: list(record({ certificate: text, aik: text })),
  more: flag,
});
export const openConversations: Shape<readonly relay.OpenConversation[]> = list(
  record({ id: conversation, title: text, members: number }),
);

export const accepted: Shape<relay.Accepted> = record({ id: body, acceptedAt: time, recipients: number });

export const delivery = {
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
  acceptedAt: time,
  attempts: number,
  body: text,
  envelope: text,
};
export const pending: Shape<relay.Pending> = record({ envelopes: list(record(delivery)), more: flag });

export const statuses: Shape<readonly relay.MessageStatus[]> = list(
  record({ id: body, delivered: list(device), expired: list(device), pending: number }),
);

export const backup: Shape<BackupRecord> = record({
  version: number,
  manifest: nullable(text),
  bytes: number,
  limit: number,
  off: flag,
});

export const presenceRecords = list(
  record({ account, state: oneOf(...PRESENCE_STATES), at: time }),
) satisfies Shape<readonly PresenceRecord[]>;
export const presenceSettings: Shape<PresenceSettings> = record({
  shown: flag,
  allowed: record({ presence: flag, typing: flag }),
});

const ERROR_NAMES = {
  ValidationError: true,
  NotSignedIn: true,
  Forbidden: true,
  VerificationNeeded: true,
  SecondFactorRequired: true,
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
