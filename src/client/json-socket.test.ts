import { expect, test } from 'bun:test';
import { HEARTBEAT_MS, type ServerFrame, SOCKET_PROTOCOL, SOCKET_SIGNED_OUT } from '../contract/relay.ts';
import { backoff, jsonSocket } from './json-socket.ts';
import type { Timer } from './ports.ts';

const HELLO = JSON.stringify({ event: 'hello', release: '1', now: 1 });
const most = (length: number) => new Uint8Array(length).fill(0xff);

/** A server whose behaviour a test sets; counts connections. */
function server(
  onOpen: (send: (text: string) => void, count: number, close: (code?: number) => void) => void,
) {
  const said: string[] = [];
  let count = 0;
  const listening = Bun.serve({
    port: 0,
    fetch: (request, self) =>
      self.upgrade(request, { headers: { 'sec-websocket-protocol': SOCKET_PROTOCOL } })
        ? undefined
        : new Response(null, { status: 400 }),
    websocket: {
      open: (socket) =>
        onOpen(
          (text) => socket.send(text),
          ++count,
          (code) => (code === undefined ? socket.terminate() : socket.close(code)),
        ),
      message: (_socket, text) => {
        said.push(String(text));
      },
    },
  });
  return {
    said,
    count: () => count,
    connect: () => new WebSocket(`ws://localhost:${listening.port}`, [SOCKET_PROTOCOL]),
    stop: () => listening.stop(true),
  };
}

/** Real timers; `delays` tells what was asked for, `hurry` runs long ones at once. */
function timers(hurry: (delay: number) => boolean): { timer: Timer; delays: number[] } {
  const delays: number[] = [];
  return {
    delays,
    timer: (delay, task) => {
      delays.push(delay);
      const handle = setTimeout(task, hurry(delay) ? 1 : delay);
      return () => clearTimeout(handle);
    },
  };
}

function next(frames: ServerFrame[], wanted: number, onEvent: (heard: (frame: ServerFrame) => void) => void) {
  return new Promise<void>((resolve) => {
    onEvent((frame) => {
      frames.push(frame);
      if (frames.length === wanted) resolve();
    });
  });
}

test('backoff doubles from half a second to half a minute, anywhere below', () => {
  expect([0, 1, 2, 6, 7, 100].map((failures) => backoff(failures, most))).toEqual([
    500, 1000, 2000, 30_000, 30_000, 30_000,
  ]);
  expect(backoff(5, (length) => new Uint8Array(length))).toBe(0);
});

test('hello after each connection, events in order, what it does not know ignored', async () => {
  const there = server((send, count, close) => {
    send(HELLO);
    send('{"event":"from the future"}');
    send('not JSON');
    send('{"event":"prekeys"}');
    send(JSON.stringify({ event: 'prekeys', remaining: count }));
    if (count === 1) close();
  });
  const { timer } = timers((delay) => delay < HEARTBEAT_MS);
  const line = jsonSocket({ connect: there.connect, timer, random: most });
  const frames: ServerFrame[] = [];
  const four = next(frames, 4, (heard) => line.onEvent(heard));
  line.open();
  await four;
  expect(frames.map(({ event }) => event)).toEqual(['hello', 'prekeys', 'hello', 'prekeys']);
  expect(frames[3]).toEqual({ event: 'prekeys', remaining: 2 });
  expect(line.connected).toBe(true);
  line.close();
  expect(line.connected).toBe(false);
  expect(line.send({ do: 'ping' })).toBe(false);
  await there.stop();
});

test('it pings, and a line that stays silent is given up for a new one', async () => {
  const there = server((send) => send(HELLO));
  const { timer, delays } = timers((delay) => delay >= HEARTBEAT_MS);
  const line = jsonSocket({ connect: there.connect, timer, random: (length) => new Uint8Array(length) });
  const frames: ServerFrame[] = [];
  const two = next(frames, 2, (heard) => line.onEvent(heard));
  line.open();
  await two;
  // With silence hurried to a millisecond, a line may be given up before its hello came.
  expect(there.count()).toBeGreaterThanOrEqual(2);
  expect(delays).toContain(2 * HEARTBEAT_MS);
  line.close();
  await there.stop();
});

test('the heartbeat is said before half the silence is over', async () => {
  const there = server((send) => send(HELLO));
  const { timer } = timers((delay) => delay === HEARTBEAT_MS);
  const line = jsonSocket({ connect: there.connect, timer, random: most });
  line.open();
  while (!there.said.includes('{"do":"ping"}')) await new Promise((resolve) => setTimeout(resolve, 2));
  line.close();
  await there.stop();
});

test('a session that is over is not asked for again', async () => {
  const there = server((send, _count, close) => {
    send(HELLO);
    close(SOCKET_SIGNED_OUT);
  });
  const { timer, delays } = timers((delay) => delay < HEARTBEAT_MS);
  let failed = 0;
  await new Promise<void>((resolve) => {
    jsonSocket({
      connect: there.connect,
      timer,
      random: most,
      onRefused: resolve,
      onFailed: () => failed++,
    }).open();
  });
  expect(there.count()).toBe(1);
  expect(delays.filter((delay) => delay < HEARTBEAT_MS)).toEqual([]);
  expect(failed).toBe(0);
  await there.stop();
});

test('nobody there: tries again, further and further apart, until closed', async () => {
  const { timer, delays } = timers((delay) => delay < HEARTBEAT_MS);
  let tries = 0;
  let failed = 0;
  const line = jsonSocket({
    connect: () => {
      if (++tries === 2) throw new Error('no address');
      return new WebSocket('ws://localhost:1');
    },
    timer,
    random: most,
    onFailed: () => failed++,
  });
  line.open();
  while (tries < 5) await new Promise((resolve) => setTimeout(resolve, 2));
  line.close();
  expect(delays.filter((delay) => delay < HEARTBEAT_MS).slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
  expect(failed).toBeGreaterThanOrEqual(3);
});
