/** People, messages, conversations, histories, presence. */
import type * as account from '../accounts.ts';
import type { BackupRecord, BackupUpdate } from '../backup.ts';
import { MAX_MANIFEST_BYTES, MAX_SEGMENT_BYTES, MAX_SEGMENTS } from '../backup.ts';
import type { WrongDevicesBody } from '../errors.ts';
import { ENVELOPES_PER_PAGE, MAX_DEVICES_PER_CONVERSATION, MAX_PEOPLE, MAX_POST_BYTES } from '../limits.ts';
import type { LogConsistency, LogPage } from '../log.ts';
import { MAX_PART_BYTES } from '../parcels.ts';
import { PATHS } from '../paths.ts';
import type { PresenceChoice, PresenceSettings } from '../presence.ts';
import type { PushOffer, PushSubscriptionRequest } from '../push.ts';
import type * as shape from '../relay.ts';
import { MAX_SEQS, MAX_STATUSES } from '../relay.ts';
import { directoryEntry, role } from './account-shapes.ts';
import type { Operations } from './operation.ts';
import {
  base64,
  choice,
  either,
  flag,
  id,
  list,
  moment,
  named,
  nullable,
  object,
  optional,
  record,
  type Schema,
  text,
  whole,
} from './schema.ts';

const bytes = base64({ min: 0, max: 2 ** 30 });
const EVENT = base64({ min: 1, max: 16 * 1024 });
const size = text({ pattern: /^\d{1,15}$/, about: 'A whole number.' });

const envelope = record<shape.Delivery>('Delivery', {
  seq: whole(),
  id: id(16),
  class: choice([1, 2]),
  conversation: id(32),
  sender: object<shape.Delivery['sender']>({ account: id(16), device: id(16) }),
  acceptedAt: moment,
  attempts: whole(1),
  body: bytes,
  envelope: bytes,
});
const conversation = record<shape.ConversationRecord>('ConversationRecord', {
  id: id(32),
  kind: choice(['direct', 'group']),
  members: list(id(16)),
  epoch: whole(),
  lastActivity: moment,
});
/** `kind` decides which one. */
const conversationRequest: Schema<shape.ConversationRequest> = named(
  'ConversationRequest',
  either(
    object<Extract<shape.ConversationRequest, { kind: 'direct' }>>({
      kind: choice(['direct']),
      people: list(id(16), 1),
    }),
    object<Extract<shape.ConversationRequest, { kind: 'group' }>>({ kind: choice(['group']), event: EVENT }),
  ),
);
const prekeyBundle = record<account.PrekeyBundleRecord>('PrekeyBundleRecord', {
  device: id(16),
  signedPrekey: bytes,
  oneTime: nullable(
    object<NonNullable<account.PrekeyBundleRecord['oneTime']>>({
      leaf: bytes,
      path: list(base64(32)),
      index: whole(),
      size: whole(1),
      root: bytes,
    }),
  ),
});
/** What a post answers when the devices it names are not those that there are. */
export const wrongDevices = record<Pick<WrongDevicesBody, 'error' | 'message' | 'expected'>>(
  'WrongDevicesBody',
  {
    error: choice(['WrongDevices']),
    message: text(),
    expected: list(
      object<{ readonly account: string; readonly device: string }>({ account: id(16), device: id(16) }),
    ),
  },
);
const presence = record<PresenceSettings>('PresenceSettings', {
  shown: flag,
  allowed: object<PresenceSettings['allowed']>({ presence: flag, typing: flag }),
});
const member = { 404: 'There is no such conversation for this account.' };

export const RELAY = {
  [`GET ${PATHS.people}`]: {
    summary: 'People of the workspace',
    tag: 'People',
    answers: {
      200: list(
        record<account.Person>('Person', {
          account: id(16),
          username: text(),
          name: text(),
          role,
          disabled: flag,
          deleted: optional(flag),
        }),
      ),
    },
  },
  [`POST ${PATHS.directory}`]: {
    summary: 'Keys and device lists of people, to be verified under the log',
    tag: 'People',
    body: record<account.DirectoryRequest>('DirectoryRequest', { people: list(id(16), MAX_PEOPLE) }),
    answers: { 200: list(directoryEntry) },
  },
  [`GET ${PATHS.log}`]: {
    summary: 'Leaves of the transparency log from a place on',
    tag: 'People',
    query: { from: size },
    answers: {
      200: record<LogPage>('LogPage', {
        head: bytes,
        leaves: list(bytes),
        more: flag,
        restored: nullable(moment),
      }),
    },
  },
  [`GET ${PATHS.logConsistency}`]: {
    summary: 'That one state of the log continues another',
    tag: 'People',
    query: { from: size, to: size },
    required: ['from', 'to'],
    answers: { 200: record<LogConsistency>('LogConsistency', { path: list(base64(32)) }) },
  },
  [`POST ${PATHS.claimPrekeys}`]: {
    summary: 'Prekeys, to begin sessions with devices',
    tag: 'Messages',
    access: 'device',
    body: record<account.ClaimRequest>('ClaimRequest', {
      devices: list(id(16), MAX_DEVICES_PER_CONVERSATION),
    }),
    answers: { 200: list(prekeyBundle) },
  },
  [`POST ${PATHS.messages}`]: {
    summary: 'Hand in a sealed message: a binary post, as src/contract/post.ts writes it',
    tag: 'Messages',
    access: 'device',
    body: { bytes: MAX_POST_BYTES },
    answers: {
      200: record<shape.Accepted>('Accepted', { id: id(16), acceptedAt: moment, recipients: whole() }),
    },
    refusals: {
      ...member,
      409: 'Other devices than the conversation has (WrongDevicesBody), or another message under this id.',
      413: 'Larger than the relay takes.',
    },
  },
  [`GET ${PATHS.envelopes}`]: {
    summary: 'What waits for this device, oldest first',
    tag: 'Messages',
    access: 'device',
    query: { after: size, limit: text({ pattern: /^\d{1,3}$/, about: `1 to ${ENVELOPES_PER_PAGE}.` }) },
    answers: { 200: record<shape.Pending>('Pending', { envelopes: list(envelope), more: flag }) },
  },
  [`POST ${PATHS.acknowledgements}`]: {
    summary: 'These are on this device’s disk; the relay forgets them',
    tag: 'Messages',
    access: 'device',
    body: record<shape.Acknowledgement>('Acknowledgement', { seqs: list(whole(), MAX_SEQS) }),
    answers: { 204: null },
  },
  [`POST ${PATHS.statuses}`]: {
    summary: 'What became of one’s own messages',
    tag: 'Messages',
    access: 'device',
    body: record<shape.StatusRequest>('StatusRequest', { ids: list(id(16), MAX_STATUSES) }),
    answers: {
      200: list(
        record<shape.MessageStatus>('MessageStatus', {
          id: id(16),
          delivered: list(id(16)),
          expired: list(id(16)),
          pending: whole(),
        }),
      ),
    },
  },
  [`GET ${PATHS.socket}`]: {
    summary: 'A WebSocket of the subprotocol sotto.json.v1: everything above as it happens',
    tag: 'Messages',
    access: 'device',
    answers: { 101: null },
  },
  [`GET ${PATHS.conversations}`]: {
    summary: 'Conversations of one’s own',
    tag: 'Conversations',
    answers: { 200: list(conversation) },
  },
  [`POST ${PATHS.conversations}`]: {
    summary: 'A direct conversation, or a group by its first signed event',
    tag: 'Conversations',
    body: conversationRequest,
    answers: { 200: conversation },
    refusals: { 404: 'Somebody is not here.', 409: 'There is such a group already.' },
  },
  [`GET ${PATHS.openConversations}`]: {
    summary: 'Open groups that one is not in',
    tag: 'Conversations',
    access: 'device',
    answers: {
      200: list(
        record<shape.OpenConversation>('OpenConversation', { id: id(32), title: text(), members: whole() }),
      ),
    },
  },
  [`GET ${PATHS.conversations}/:id`]: {
    summary: 'One conversation',
    tag: 'Conversations',
    path: { id: id(32) },
    answers: { 200: conversation },
    refusals: member,
  },
  [`GET ${PATHS.conversations}/:id/roster`]: {
    summary: 'Signed events of a group’s roster',
    tag: 'Conversations',
    access: 'device',
    path: { id: id(32) },
    query: { after: text({ pattern: /^(?:-1|\d{1,15})$/, about: 'The last one seen; -1 for all.' }) },
    answers: {
      200: record<shape.RosterRecord>('RosterRecord', {
        events: list(bytes),
        signers: list(
          object<shape.RosterRecord['signers'][number]>({ certificate: bytes, aik: base64(1984) }),
        ),
        more: flag,
      }),
    },
    refusals: member,
  },
  [`POST ${PATHS.conversations}/:id/roster`]: {
    summary: 'The next signed event of a group',
    tag: 'Conversations',
    access: 'device',
    path: { id: id(32) },
    body: record<shape.RosterAppend>('RosterAppend', { event: EVENT }),
    answers: { 200: conversation },
    refusals: { ...member, 409: 'Another one took its place.' },
  },
  [`GET ${PATHS.backup}`]: {
    summary: 'The backup of one’s history',
    tag: 'History',
    access: 'device',
    answers: {
      200: record<BackupRecord>('BackupRecord', {
        version: whole(),
        manifest: nullable(bytes),
        bytes: whole(),
        limit: whole(),
        off: flag,
      }),
    },
  },
  [`PUT ${PATHS.backup}`]: {
    summary: 'The next manifest',
    tag: 'History',
    access: 'device',
    body: record<BackupUpdate>('BackupUpdate', {
      version: whole(1),
      manifest: base64({ min: 1, max: MAX_MANIFEST_BYTES }),
      segments: base64({ min: 0, max: MAX_SEGMENTS * 16 }),
      on: flag,
    }),
    answers: { 204: null },
    refusals: { 409: 'Not the next version, or a segment is not here.', 410: 'A device has turned it off.' },
  },
  [`DELETE ${PATHS.backup}`]: {
    summary: 'Delete it, and take none any more',
    tag: 'History',
    access: 'device',
    answers: { 204: null },
  },
  [`GET ${PATHS.backup}/segments/:id`]: {
    summary: 'A sealed segment',
    tag: 'History',
    access: 'device',
    path: { id: id(16) },
    answers: { 200: 'bytes' },
    refusals: { 404: 'There is no such segment.' },
  },
  [`PUT ${PATHS.backup}/segments/:id`]: {
    summary: 'Store a sealed segment',
    tag: 'History',
    access: 'device',
    path: { id: id(16) },
    body: { bytes: MAX_SEGMENT_BYTES },
    answers: { 204: null },
    refusals: { 404: 'This is no id.', 409: 'Turned off, or other bytes under this id.', 413: 'No room.' },
  },
  [`PUT ${PATHS.parcels}/:id/:n`]: {
    summary: 'A sealed part of history for another device',
    tag: 'History',
    access: 'device',
    path: { id: id(16), n: text({ pattern: /^\d{1,4}$/ }) },
    query: { to: id(16) },
    required: ['to'],
    body: { bytes: MAX_PART_BYTES },
    answers: { 204: null },
    refusals: {
      404: 'There is no such device or parcel.',
      409: 'Other bytes in this place.',
      413: 'No room.',
    },
  },
  [`GET ${PATHS.parcels}/:id/:n`]: {
    summary: 'A part that is for this device',
    tag: 'History',
    access: 'device',
    path: { id: id(16), n: text({ pattern: /^\d{1,4}$/ }) },
    answers: { 200: 'bytes' },
    refusals: { 404: 'There is no such part for this device.' },
  },
  [`DELETE ${PATHS.parcels}/:id`]: {
    summary: 'A parcel that this device gives or gets is done with',
    tag: 'History',
    access: 'device',
    path: { id: id(16) },
    answers: { 204: null },
    refusals: { 404: 'There is no such parcel.' },
  },
  [`GET ${PATHS.presence}`]: {
    summary: 'Whether others see when one is here',
    tag: 'Notices',
    answers: { 200: presence },
  },
  [`PUT ${PATHS.presence}`]: {
    summary: 'Choose whether others see when one is here',
    tag: 'Notices',
    body: record<PresenceChoice>('PresenceChoice', { shown: flag }),
    answers: { 200: presence },
  },
  [`GET ${PATHS.push}`]: {
    summary: 'The key that pushes are signed with',
    tag: 'Notices',
    access: 'device',
    answers: { 200: record<PushOffer>('PushOffer', { key: nullable(base64(65)) }) },
  },
  [`PUT ${PATHS.push}`]: {
    summary: 'Where this device is woken',
    tag: 'Notices',
    access: 'device',
    body: record<PushSubscriptionRequest>('PushSubscriptionRequest', {
      endpoint: text({ min: 1, max: 2048 }),
      p256dh: base64(65),
      auth: base64(16),
    }),
    answers: { 204: null },
  },
  [`DELETE ${PATHS.push}`]: {
    summary: 'Wake this device no more',
    tag: 'Notices',
    access: 'device',
    answers: { 204: null },
  },
} as const satisfies Operations;
