/** Answers, new words, deletions, reactions, pins, timers and choices, as processes against a server process. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Devices, type Line, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SECRET = { env: { SOTTO_PASSWORD: 'lighthouse keeper 1' } };
const PATIENCE_MS = 240_000;

let server: TestServer;
const devices = new Devices();
const accounts: Record<string, unknown> = {};

beforeAll(async () => {
  server = await startServer();
  const join = async (name: string, link: string, more: readonly string[] = []) => {
    const [joined] = await devices.done(
      name,
      ['join', '--invite', link, '--username', name, ...more],
      SECRET,
    );
    accounts[name] = joined?.account;
  };
  await join('ada', server.setupLink ?? '', ['--workspace', 'Harbour']);
  const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
  await join('ben', out.trim());
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

const one = async (who: string, args: readonly string[]): Promise<Line> => {
  const [line] = await devices.done(who, args);
  if (line === undefined) throw new Error(`${args[0]} printed nothing`);
  return line;
};
const heard = (who: string, count: number, more: readonly string[] = []) =>
  devices.done(who, ['listen', '--count', String(count), '--timeout', '60s', ...more]);
const history = (who: string, other: string) => devices.done(who, ['history', '--with', other]);
const idOf = (line: Line | undefined) => String(line?.id);

test(
  'what is said of messages reaches the other one, as messages change and as events of its own',
  async () => {
    const first = await one('ada', ['send', '--to', 'ben', 'sea at nine, @ben']);
    const [message] = await heard('ben', 1);
    expect(message).toMatchObject({
      event: 'message',
      id: first.id,
      text: 'sea at nine, @ben',
      mention: true,
      replyTo: null,
      editedAt: null,
      reactions: [],
      pinned: false,
      expiresAt: null,
      origin: 'live',
    });
    const answer = await one('ben', ['send', '--to', 'ada', '--reply-to', idOf(message), 'sea or seal?']);
    expect(await one('ben', ['react', idOf(message), '👀'])).toMatchObject({ event: 'reaction', on: true });
    const [received, reacted] = await heard('ada', 2, ['--changes']);
    expect([received, reacted].find((line) => line?.event === 'message')).toMatchObject({
      id: answer.id,
      replyTo: first.id,
    });
    expect([received, reacted].find((line) => line?.event === 'reaction')).toEqual({
      event: 'reaction',
      id: first.id,
      conversation: message?.conversation,
      sender: 'ben',
      account: accounts.ben,
      emoji: '👀',
      on: true,
    });

    expect(await one('ada', ['edit', idOf(first), 'seal at nine'])).toMatchObject({ event: 'edited' });
    await one('ada', ['pin', idOf(first)]);
    await one('ada', ['send', '--to', 'ben', 'after that']);
    // New words are told before what came after them, and are no message that is counted.
    const changed = await heard('ben', 1);
    expect(changed.map(({ event, text }) => [event, text])).toEqual([
      ['edited', 'seal at nine'],
      ['message', 'after that'],
    ]);
    const [shown] = await history('ben', 'ada');
    expect(shown).toMatchObject({
      text: 'seal at nine',
      pinned: true,
      reactions: [{ emoji: '👀', people: [accounts.ben] }],
    });
    expect(shown?.editedAt).toBeNumber();

    await one('ben', ['react', idOf(message), '👀', '--off']);
    expect(await one('ada', ['delete', idOf(first)])).toMatchObject({ event: 'deleted' });
    expect((await heard('ben', 1, ['--changes'])).map(({ event }) => event)).toEqual(['deleted']);
    const [gone] = await history('ben', 'ada');
    expect(gone).toMatchObject({ kind: 'deleted', reactions: [], pinned: false });
    expect(JSON.stringify(gone)).not.toContain('seal');
  },
  PATIENCE_MS,
);

test(
  'details, a timer, and what one wants of a conversation',
  async () => {
    const sent = await one('ada', ['send', '--to', 'ben', 'signed']);
    await heard('ben', 1, ['--read']);
    await devices.done('ada', ['listen', '--timeout', '1s']);
    const details = await one('ada', ['details', idOf(sent)]);
    expect(details).toMatchObject({
      event: 'details',
      sender: 'ada',
      proof: {
        crypto_version: 'v2',
        signatures: [
          { algorithm: 'Ed25519', valid: true },
          { algorithm: 'ML-DSA-65', valid: true },
        ],
      },
      readBy: [{ account: accounts.ben }],
      edits: 0,
    });
    expect(await one('ada', ['timer', '--with', 'ben', '3600'])).toMatchObject({ timer: 3600 });
    await one('ada', ['send', '--to', 'ben', 'soon gone']);
    const [passing] = await heard('ben', 1);
    expect(Number(passing?.expiresAt)).toBeGreaterThan(Date.now());
    expect(await one('ben', ['timer', '--with', 'ada', 'off'])).toMatchObject({ timer: 0 });
    expect(await one('ben', ['mute', '--with', 'ada'])).toMatchObject({ notify: 'none' });
    expect(await one('ben', ['mute', '--with', 'ada', '--notify', 'mentions'])).toMatchObject({
      notify: 'mentions',
    });
    expect(await one('ben', ['archive', '--with', 'ada'])).toMatchObject({ archived: true });
    expect(await one('ben', ['archive', '--with', 'ada', '--off'])).toMatchObject({ archived: false });
  },
  PATIENCE_MS,
);

test(
  'what cannot be done says so in one sentence',
  async () => {
    const sent = await one('ada', ['send', '--to', 'ben', 'mine']);
    await heard('ben', 1);
    for (const [args, sentence] of [
      [['edit', idOf(sent), 'yours'], 'Only your own messages'],
      [['delete', idOf(sent)], 'Only your own messages'],
      [['react', idOf(sent), 'ok'], 'one emoji'],
      [['react', '00'.repeat(16), '👍'], 'no such message'],
    ] as const) {
      const { code, err } = await devices.run('ben', args);
      expect([code, err.includes(sentence) ? sentence : err]).toEqual([1, sentence]);
    }
    for (const [args, sentence] of [
      [['pin', 'abc'], '32 hexadecimal digits'],
      [['timer', '--with', 'ada', 'soon'], 'whole seconds'],
      [['mute', '--with', 'ada', '--notify', 'some'], '--notify takes'],
      [['send', '--to', 'ada', '--reply-to', 'abc', 'hi'], '32 hexadecimal digits'],
    ] as const) {
      const { code, err } = await devices.run('ben', args);
      expect([code, err.includes(sentence) ? sentence : err]).toEqual([2, sentence]);
    }
  },
  PATIENCE_MS,
);
