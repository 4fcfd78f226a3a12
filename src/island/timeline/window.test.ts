/** Which messages are drawn: always neighbours, never too many. */
import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { HistoryMessage } from '../../client/engine-types.ts';
import { orderOf, UNMARKED } from '../../client/history.ts';
import { accountId, bodyId, conversationId, deviceId } from '../../contract/bytes.ts';
import { MAX_ROWS, MessageWindow } from './window.ts';

const bytes = (length: number, n: number) => {
  const made = new Uint8Array(length);
  new DataView(made.buffer).setUint32(0, n);
  return made;
};
const device = deviceId(bytes(16, 1));
const message = (n: number): HistoryMessage => ({
  id: bodyId(bytes(16, n)),
  conversation: conversationId(bytes(32, 1)),
  order: orderOf(1000 + n, device, n),
  sender: { account: accountId(bytes(16, 1)), device },
  mine: false,
  sentAt: 1000 + n,
  kind: 'text',
  text: String(n),
  verified: true,
  status: null,
  reason: null,
  note: null,
  suite: 2,
  ...UNMARKED,
});
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => message(from + index));
const texts = (window: MessageWindow) => window.messages.map(({ text }) => Number(text));

test('a page at one end lets go of the other, and what lies there is known to be more', () => {
  const window = new MessageWindow();
  window.reset(range(100, 200), false, true);
  window.addOlder(range(20, 100), false);
  expect(texts(window)).toEqual(range(20, 170).map(({ text }) => Number(text)));
  expect([window.begins, window.ends]).toEqual([false, false]);
  window.addNewer(range(170, 200), true);
  expect(window.messages.length).toBe(MAX_ROWS);
  expect([window.begins, window.ends]).toEqual([false, true]);
});

test('a message that comes while an older part is read is not drawn, and is there later', () => {
  const window = new MessageWindow();
  window.reset(range(0, 50), true, false);
  expect(window.take(message(90), true)).toBe('later');
  expect(window.messages.length).toBe(50);
  window.reset(range(0, MAX_ROWS), true, true);
  expect(window.take(message(500), true)).toBe('later');
  expect(window.ends).toBe(false);
  window.reset(range(0, MAX_ROWS), true, true);
  expect(window.take(message(500), false)).toBe('drawn');
  expect(texts(window)[0]).toBe(1);
  expect(window.begins).toBe(false);
});

test('a message that has another id or place now is there once', () => {
  const window = new MessageWindow();
  window.reset(range(0, 3), true, true);
  const moved = { ...message(1), id: message(9).id, previousId: message(1).id, order: message(5).order };
  expect(window.take(moved, false)).toBe('drawn');
  expect(window.messages.map(({ id }) => id)).toEqual([message(0).id, message(2).id, message(9).id]);
});

test('whatever comes, what is drawn is a piece of history without holes', () => {
  const steps = fc.array(fc.constantFrom('older', 'newer', 'live', 'end', 'middle'), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.boolean(), (moves, reading) => {
      let history = range(0, 400);
      const window = new MessageWindow();
      window.reset(history.slice(-50), false, true);
      for (const move of moves) {
        const first = history.findIndex(({ id }) => id === window.first?.id);
        const last = history.findIndex(({ id }) => id === window.last?.id);
        if (move === 'older') window.addOlder(history.slice(Math.max(0, first - 30), first), first <= 30);
        if (move === 'newer')
          window.addNewer(history.slice(last + 1, last + 31), last + 31 >= history.length);
        if (move === 'end') window.reset(history.slice(-50), false, true);
        if (move === 'middle') window.reset(history.slice(100, 160), false, false);
        if (move !== 'live') continue;
        const next = message(history.length);
        history = [...history, next];
        window.take(next, reading);
      }
      const drawn = texts(window);
      expect(drawn.length).toBeLessThanOrEqual(MAX_ROWS);
      expect(drawn).toEqual(drawn.map((_, index) => (drawn[0] ?? 0) + index));
      if (window.ends) expect(drawn.at(-1)).toBe(history.length - 1);
      if (window.begins) expect(drawn[0]).toBe(0);
    }),
  );
});
