/** What people notice when the server goes away and comes back: nothing, but a word that a message is queued. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Pair } from '../support/pair.ts';

const PATIENCE_MS = 120_000;
let pair: Pair;
beforeAll(async () => {
  pair = await Pair.open();
}, PATIENCE_MS);
afterAll(() => pair.remove());

test(
  'what is written for somebody who is away waits for them, in order, over a restart',
  async () => {
    for (const text of ['one', 'two']) expect((await pair.send('ada', 'ben', text)).event).toBe('sent');
    expect(await pair.server.stop()).toBe(0);
    await pair.begin();
    expect((await pair.send('ada', 'ben', 'three')).event).toBe('sent');
    expect(await pair.hear('ben', 3)).toEqual(['one', 'two', 'three']);
  },
  PATIENCE_MS,
);

test(
  'without a server a message is queued; the next command sends it, before anything newer',
  async () => {
    await pair.server.stop();
    const queued = await pair.send('ada', 'ben', 'written in the dark');
    expect(queued).toEqual({ event: 'queued', id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect((await pair.send('ada', 'ben', 'and another')).event).toBe('queued');
    expect(await pair.texts('ada', 'ben')).toContain('written in the dark');
    await pair.begin();
    expect((await pair.send('ada', 'ben', 'in the light')).event).toBe('sent');
    expect(await pair.hear('ben', 3)).toEqual(['written in the dark', 'and another', 'in the light']);
  },
  PATIENCE_MS,
);

test(
  'a listener lives through a restart and through a crash of the server, and answers',
  async () => {
    const listener = pair.devices.start('ben', ['listen', '--count', '3', '--timeout', '100s']);
    expect((await pair.send('ada', 'ben', 'before')).event).toBe('sent');
    expect((await listener.next())?.text).toBe('before');
    await pair.server.stop();
    await pair.begin();
    expect((await pair.send('ada', 'ben', 'after a restart')).event).toBe('sent');
    expect((await listener.next())?.text).toBe('after a restart');
    await pair.server.kill();
    await pair.begin();
    expect((await pair.send('ada', 'ben', 'after a crash')).event).toBe('sent');
    expect((await listener.next())?.text).toBe('after a crash');
    expect((await listener.ended).code).toBe(0);

    expect((await pair.send('ben', 'ada', 'all came')).event).toBe('sent');
    expect(await pair.hear('ada', 1)).toEqual(['all came']);
  },
  PATIENCE_MS,
);
