import { expect, test } from 'bun:test';
import type { HistoryMessage } from '../client/engine-types.ts';
import { UNMARKED } from '../client/history.ts';
import { accountId, bodyId, conversationId, deviceId } from '../contract/bytes.ts';
import { happened, knownOf, readKnown, UNKNOWN, writeKnown } from './changes.ts';

const ada = accountId(new Uint8Array(16).fill(3));
const ben = accountId(new Uint8Array(16).fill(5));
const message: HistoryMessage = {
  id: bodyId(new Uint8Array(16).fill(1)),
  conversation: conversationId(new Uint8Array(32).fill(2)),
  order: '1',
  sender: { account: ada, device: deviceId(new Uint8Array(16).fill(4)) },
  mine: false,
  sentAt: 0,
  kind: 'text',
  text: 'hello',
  verified: true,
  status: null,
  reason: null,
  note: null,
  suite: 2,
  ...UNMARKED,
};
const reaction = (emoji: string, ...people: (typeof ada)[]) => ({ emoji, people, mine: false });

test('what lies between two looks is told once, and nothing else', () => {
  const first = { ...message, reactions: [reaction('👍', ada, ben)] };
  expect(happened(UNKNOWN, message)).toEqual([]);
  expect(happened(knownOf(message), first)).toEqual([
    { event: 'reaction', account: ada, emoji: '👍', on: true },
    { event: 'reaction', account: ben, emoji: '👍', on: true },
  ]);
  const second = { ...message, editedAt: 7, reactions: [reaction('👍', ben), reaction('❤️', ada)] };
  expect(happened(knownOf(first), second)).toEqual([
    { event: 'edited', account: ada },
    { event: 'reaction', account: ada, emoji: '❤️', on: true },
    { event: 'reaction', account: ada, emoji: '👍', on: false },
  ]);
  expect(happened(knownOf(second), second)).toEqual([]);
  const gone: HistoryMessage = { ...message, kind: 'deleted' };
  expect(happened(knownOf(second), gone)).toEqual([{ event: 'deleted', account: ada }]);
  expect(happened(knownOf(gone), gone)).toEqual([]);
});

test('what was kept reads back, and what is not understood is nothing', () => {
  const known = knownOf({ ...message, editedAt: 7, reactions: [reaction('👍', ada)] });
  expect(readKnown(writeKnown(known))).toEqual(known);
  expect(readKnown('{')).toEqual(UNKNOWN);
  expect(readKnown(null)).toEqual(UNKNOWN);
});
