/** Answering and changing, and what happens to the text that was begun. */
import { expect, test } from 'bun:test';
import type { HistoryMessage } from '../client/engine-types.ts';
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../contract/ids.ts';
import { followMessage, leaveMode, NEW, startEdit, startReply } from './composer-mode.ts';

function message(digit: string, more: Partial<HistoryMessage> = {}): HistoryMessage {
  const [id, conversation] = [digit.repeat(32), '0'.repeat(64)];
  const [account, device] = ['a'.repeat(32), 'b'.repeat(32)];
  if (!isBodyId(id) || !isConversationId(conversation) || !isAccountId(account) || !isDeviceId(device))
    throw new Error('no id');
  return {
    id,
    conversation,
    order: digit,
    sender: { account, device },
    mine: true,
    sentAt: 0,
    kind: 'text',
    text: `text of ${digit}`,
    verified: true,
    status: 'Sent',
    reason: null,
    note: null,
    suite: 1,
    replyTo: null,
    editedAt: null,
    reactions: [],
    pinned: false,
    expiresAt: null,
    mention: false,
    origin: 'live',
    files: [],
    ...more,
  };
}

const one = message('1');
const two = message('2');

test('an answer keeps the text that was begun, and leaving it does too', () => {
  const answering = startReply({ mode: NEW, text: 'half' }, one);
  expect(answering).toEqual({ mode: { kind: 'reply', message: one }, text: 'half' });
  expect(leaveMode(answering)).toEqual({ mode: NEW, text: 'half' });
});

test('changing a message puts the draft aside, with what it answers, and gives both back', () => {
  const changing = startEdit(startReply({ mode: NEW, text: 'half' }, one), two);
  expect(changing.text).toBe('text of 2');
  expect(leaveMode({ ...changing, text: 'typed over' })).toEqual({
    mode: { kind: 'reply', message: one },
    text: 'half',
  });
});

test('going from one change to another, or to an answer, never loses the draft', () => {
  const first = startEdit({ mode: NEW, text: 'half' }, one);
  expect(leaveMode(startEdit(first, two)).text).toBe('half');
  expect(startReply(first, two)).toEqual({ mode: { kind: 'reply', message: two }, text: 'half' });
});

test('a message that gets another id is followed', () => {
  const changing = startEdit({ mode: NEW, text: '' }, one);
  const renamed = { ...two, previousId: one.id };
  expect(followMessage(changing, { id: renamed.id, message: renamed })?.mode).toMatchObject({
    message: renamed,
  });
});

test('a message that was deleted or has disappeared is let go', () => {
  const answering = startReply({ mode: NEW, text: 'half' }, one);
  const gone = { ...one, kind: 'deleted' as const };
  expect(followMessage(answering, { id: one.id, message: gone })).toEqual({ mode: NEW, text: 'half' });
  expect(followMessage(answering, { id: one.id, message: null })).toEqual({ mode: NEW, text: 'half' });
  const changing = startEdit(answering, two);
  const later = followMessage(changing, { id: one.id, message: null });
  expect(later && leaveMode(later)).toEqual({ mode: NEW, text: 'half' });
});

test('news of other messages changes nothing', () => {
  expect(followMessage(startReply({ mode: NEW, text: '' }, one), { id: two.id, message: two })).toBeNull();
  expect(followMessage({ mode: NEW, text: '' }, { id: two.id, message: two })).toBeNull();
});
