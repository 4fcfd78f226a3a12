import { expect, test } from 'bun:test';
import { accountId, bodyId, conversationId, deviceId } from '../contract/bytes.ts';
import type { HubEvent } from './hub.ts';
import { createLocalHub } from './local.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const mina = accountId(filled(16, 1));
const ravi = accountId(filled(16, 2));
const laptop = deviceId(filled(16, 11));
const phone = deviceId(filled(16, 12));
const id = bodyId(filled(16, 21));
const conversation = conversationId(filled(32, 31));

test('device events reach that device, account events every socket of the account', () => {
  const hub = createLocalHub();
  const heard: string[] = [];
  const listen = (name: string, account: typeof mina, device: typeof laptop | null) =>
    hub.subscribe({ account, device, session: name, handle: (event) => heard.push(`${name} ${event.type}`) });
  listen('laptop', mina, laptop);
  listen('phone', mina, phone);
  listen('locked', mina, null);
  listen('ravi', ravi, deviceId(filled(16, 13)));
  hub.publish({ type: 'expired', device: laptop, id, recipient: phone });
  expect(heard.splice(0)).toEqual(['laptop expired']);
  hub.publish({ type: 'conversation', account: mina, id: conversation });
  expect(heard.splice(0)).toEqual(['laptop conversation', 'phone conversation', 'locked conversation']);
  hub.publish({ type: 'signed-out', account: mina, sessions: ['phone', 'locked'] });
  expect(heard.splice(0)).toEqual(['phone signed-out', 'locked signed-out']);
});

test('ending a subscription ends it once, also while an event is told', () => {
  const hub = createLocalHub();
  let heard = 0;
  const ends: (() => void)[] = [];
  const handle = (_event: HubEvent) => {
    heard++;
    for (const end of ends) end();
  };
  for (const session of ['a', 'b'])
    ends.push(hub.subscribe({ account: mina, device: null, session, handle }));
  expect(hub.size).toBe(2);
  hub.publish({ type: 'signed-out', account: mina, sessions: ['a', 'b'] });
  expect(heard).toBe(2);
  expect(hub.size).toBe(0);
  hub.publish({ type: 'conversation', account: mina, id: conversation });
  expect(heard).toBe(2);
});
