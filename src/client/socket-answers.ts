/** What the server may say over the JSON socket, checked field by field. */
import { isConversationId } from '../contract/ids.ts';
import type * as relay from '../contract/relay.ts';
import { accepted, account, body, delivery, device, presenceRecords } from './answers.ts';
import { number, oneOf, record, text, word } from './stored.ts';

const conversation = word(isConversationId);

const events = {
  hello: record<Frame<'hello'>>({ event: oneOf('hello'), release: text, now: number }),
  envelope: record<Frame<'envelope'>>({ event: oneOf('envelope'), ...delivery }),
  delivered: record<Frame<'delivered'>>({ event: oneOf('delivered'), id: body, account, device }),
  expired: record<Frame<'expired'>>({ event: oneOf('expired'), id: body, device }),
  conversation: record<Frame<'conversation'>>({ event: oneOf('conversation'), id: conversation }),
  devices: record<Frame<'devices'>>({ event: oneOf('devices'), account }),
  prekeys: record<Frame<'prekeys'>>({ event: oneOf('prekeys'), remaining: number }),
  accepted: record<Frame<'accepted'>>({ event: oneOf('accepted'), ref: number, accepted }),
  presence: record<Frame<'presence'>>({ event: oneOf('presence'), people: presenceRecords }),
  typing: record<Frame<'typing'>>({ event: oneOf('typing'), conversation, account }),
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
