/**
 * Events and news as they travel between nodes, as JSON: ids, counts, times and states alone. What ciphertext there is, and from where
 * somebody signed in, is read from the store by whoever tells people of it. What comes in was written by another process, perhaps of
 * another release, so it is read field by field.
 */
import {
  type AccountId,
  type DeviceId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../contract/ids.ts';
import { PRESENCE_STATES, type PresenceRecord, type PresenceState } from '../contract/presence.ts';
import type { HerePerson, HubEvent, News } from './hub.ts';

/** Ids of sessions and tokens, names of limits, hashes. */
const WORD = /^[\w-]{1,128}$/;

/** What crosses: an `envelope` does as `waiting`. */
export type WireEvent = Exclude<HubEvent, { readonly type: 'envelope' }>;

export type WireNews = News | { readonly type: 'alive' };

export const encode = (what: WireEvent | WireNews): string => JSON.stringify(what);
/** Null for what is no event. */
export const decodeEvent = (text: string): WireEvent | null => read(text, eventOf);
/** Null for what is no news; `alive` is none that anybody has to hear. */
export const decodeNews = (text: string): WireNews | null => read(text, newsOf);

type Fields = Readonly<Record<string, unknown>>;

function read<T>(text: string, of: (fields: Fields) => T | null): T | null {
  try {
    const fields: unknown = JSON.parse(text);
    return isFields(fields) ? of(fields) : null;
  } catch {
    return null;
  }
}

function eventOf(from: Fields): WireEvent | null {
  const { type, account, device } = from;
  if (isDevice(device)) return deviceEventOf(device, from);
  if (!isAccount(account)) return null;
  switch (type) {
    case 'conversation':
      return isConversation(from.id) ? { type, account, id: from.id } : null;
    case 'devices':
      return isAccount(from.changed) ? { type, account, changed: from.changed } : null;
    case 'presence':
      return isListOf(from.people, isPresence) ? { type, account, people: from.people } : null;
    case 'typing':
      return isConversation(from.conversation) && isAccount(from.by)
        ? { type, account, conversation: from.conversation, by: from.by }
        : null;
    case 'role-changed':
      return { type, account };
    case 'new-place':
      return isText(from.id, WORD) ? { type, account, id: from.id } : null;
    case 'session-moved':
    case 'signed-out':
      return isListOf(from.sessions, isSession) ? { type, account, sessions: from.sessions } : null;
    default:
      return null;
  }
}

function deviceEventOf(device: DeviceId, from: Fields): WireEvent | null {
  const { type, id } = from;
  switch (type) {
    case 'waiting':
      return isWhole(from.seq) && isWhole(from.class)
        ? { type, device, seq: from.seq, class: from.class }
        : null;
    case 'delivered': {
      const by = isFields(from.by) ? from.by : {};
      return isBody(id) && isAccount(by.account) && isDevice(by.device)
        ? { type, device, id, by: { account: by.account, device: by.device } }
        : null;
    }
    case 'expired':
      return isBody(id) && isDevice(from.recipient) ? { type, device, id, recipient: from.recipient } : null;
    case 'prekeys':
      return isWhole(from.remaining) ? { type, device, remaining: from.remaining } : null;
    default:
      return null;
  }
}

function newsOf(from: Fields): WireNews | null {
  const { type, account } = from;
  switch (type) {
    case 'alive':
    case 'gone':
    case 'policies':
    case 'who':
      return { type };
    case 'devices':
    case 'unseen':
      return isAccount(account) ? { type, account } : null;
    case 'members':
      return isConversation(from.conversation) ? { type, conversation: from.conversation } : null;
    case 'sessions':
      return isListOf(from.sessions, isSession) ? { type, sessions: from.sessions } : null;
    case 'here':
      return isListOf(from.people, isHere) ? { type, whole: from.whole === true, people: from.people } : null;
    case 'taken':
      return isListOf(from.takes, isTake) ? { type, takes: from.takes } : null;
    default:
      return null;
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && form.test(value);
const isAccount = (value: unknown): value is AccountId => typeof value === 'string' && isAccountId(value);
const isDevice = (value: unknown): value is DeviceId => typeof value === 'string' && isDeviceId(value);
const isBody = (value: unknown) => typeof value === 'string' && isBodyId(value);
const isConversation = (value: unknown) => typeof value === 'string' && isConversationId(value);
const isSession = (value: unknown): value is string => isText(value, WORD);
const isState = (value: unknown): value is PresenceState => PRESENCE_STATES.some((state) => state === value);
const isPresence = (value: unknown): value is PresenceRecord =>
  isFields(value) && isAccount(value.account) && isState(value.state) && isWhole(value.at);
const isHere = (value: unknown): value is HerePerson =>
  Array.isArray(value) && isAccount(value[0]) && isState(value[1]);
const isTake = (value: unknown): value is readonly [string, string, number] =>
  Array.isArray(value) && isText(value[0], WORD) && isText(value[1], WORD) && isWhole(value[2]);

function isListOf<T>(value: unknown, is: (entry: unknown) => entry is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}
