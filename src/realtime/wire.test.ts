import { expect, test } from 'bun:test';
import { conversation, id, laptop, mina, phone, ravi } from '../../test/support/hub-contract.ts';
import { decodeEvent, decodeNews, encode, type WireEvent, type WireNews } from './wire.ts';

const EVENTS: readonly WireEvent[] = [
  { type: 'waiting', device: laptop, seq: 2 ** 52, class: 2 },
  { type: 'delivered', device: laptop, id, by: { account: ravi, device: phone } },
  { type: 'expired', device: laptop, id, recipient: phone },
  { type: 'prekeys', device: laptop, remaining: 0 },
  { type: 'conversation', account: mina, id: conversation },
  { type: 'devices', account: mina, changed: ravi },
  { type: 'presence', account: mina, people: [{ account: ravi, state: 'away', at: 7 }] },
  { type: 'typing', account: mina, conversation, by: ravi },
  { type: 'role-changed', account: mina },
  { type: 'new-place', account: mina, id: '00ff' },
  { type: 'session-moved', account: mina, sessions: ['a-_1'] },
  { type: 'signed-out', account: mina, sessions: [] },
];
const NEWS: readonly WireNews[] = [
  { type: 'alive' },
  { type: 'gone' },
  { type: 'who' },
  { type: 'policies' },
  { type: 'devices', account: mina },
  { type: 'unseen', account: mina },
  { type: 'members', conversation },
  { type: 'sessions', sessions: ['a', 'b'] },
  { type: 'here', whole: false, people: [[mina, 'offline']] },
  { type: 'taken', takes: [['signInPerson', 'abc', 3]] },
];

test('every event and all news arrive as they were', () => {
  for (const event of EVENTS) expect(decodeEvent(encode(event))).toEqual(event);
  for (const news of NEWS) expect(decodeNews(encode(news))).toEqual(news);
});

test('whatever a field is instead, or lacks, is no event and no news', () => {
  const wrong: readonly unknown[] = [null, -1, 1.5, 'x/../y', [], {}, [null], [[]], [{}]];
  for (const [whole, decode] of [
    [EVENTS, decodeEvent],
    [NEWS, decodeNews],
  ] as const)
    for (const each of whole)
      for (const field of Object.keys(each)) {
        if (field === 'whole') continue;
        expect(decode(JSON.stringify({ ...each, [field]: undefined }))).toBeNull();
        for (const value of wrong) {
          if (Array.isArray(value) && value.length === 0 && Array.isArray(Reflect.get(each, field))) continue;
          expect(decode(JSON.stringify({ ...each, [field]: value }))).toBeNull();
        }
      }
  for (const text of ['', '{', 'null', '[]', '"alive"', '{}'])
    expect([decodeEvent(text), decodeNews(text)]).toEqual([null, null]);
});
