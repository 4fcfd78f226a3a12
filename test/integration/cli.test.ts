/** Two people with two devices each, as processes against a server process: what the command line promises. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Devices, type Line, run } from '../support/client.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PASSWORD = { ada: 'lighthouse keeper 1', ben: 'harbour master 22' };
const as = (who: keyof typeof PASSWORD) => ({ env: { SOTTO_PASSWORD: PASSWORD[who] } });
const PATIENCE_MS = 120_000;

let server: TestServer;
const devices = new Devices();
let ada: Line;
let ben: Line;
let conversation = '';

const invite = async () => {
  const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
  return out.trim();
};
const textsOf = (lines: readonly Line[]) =>
  lines.filter(({ event }) => event === 'message').map(({ text }) => text);

beforeAll(async () => {
  server = await startServer();
  const joined = await devices.done(
    'ada',
    [
      'join',
      '--invite',
      server.setupLink ?? '',
      '--workspace',
      'Harbour',
      '--username',
      'ada',
      '--name',
      'Ada Kern',
    ],
    as('ada'),
  );
  ada = joined[0] ?? { event: 'none' };
  const second = await devices.done(
    'ben',
    ['join', '--invite', await invite(), '--username', 'Ben'],
    as('ben'),
  );
  ben = second[0] ?? { event: 'none' };
}, PATIENCE_MS);
afterAll(async () => {
  await server.remove();
  devices.remove();
});

describe('joining', () => {
  test('prints account, device and the recovery code, once and as one line', () => {
    expect(ada).toEqual({
      event: 'joined',
      account: expect.stringMatching(/^[0-9a-f]{32}$/),
      device: expect.stringMatching(/^[0-9a-f]{32}$/),
      recoveryCode: expect.stringMatching(/^(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}$/),
    });
    expect(ben.account).not.toBe(ada.account);
  });

  test('the folder is for its owner only', () => {
    const folder = devices.home('ada');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('neither password nor recovery code stays in the folder', () => {
    const folder = devices.home('ada');
    const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    expect(bytes.includes('ada')).toBe(true);
    for (const secret of [
      PASSWORD.ada,
      String(ada.recoveryCode),
      String(ada.recoveryCode).replaceAll('-', ''),
    ])
      expect(bytes.includes(secret)).toBe(false);
  });

  test(
    'a refused one leaves nothing behind, and says why',
    async () => {
      const used = await devices.run(
        'eve',
        ['join', '--invite', server.setupLink ?? '', '--workspace', 'X', '--username', 'eve'],
        as('ada'),
      );
      expect(used.code).toBe(1);
      expect(used.err).toMatch(/link/i);
      expect(used.lines).toEqual([]);
      const taken = await devices.run(
        'eve',
        ['join', '--invite', await invite(), '--username', 'ada'],
        as('ada'),
      );
      expect(taken.code).toBe(1);
      expect(taken.err.trim()).not.toBe('');
      const unable = await devices.run('eve', ['send', '--to', 'ben', 'x']);
      expect(unable.code).toBe(1);
      expect(unable.err).toMatch(/join.*login/);
    },
    PATIENCE_MS,
  );

  test(
    'a folder that is a device already is refused',
    async () => {
      const again = await devices.run(
        'ada',
        ['join', '--invite', await invite(), '--username', 'ada2'],
        as('ada'),
      );
      expect(again).toMatchObject({ code: 1, out: '' });
      expect(again.err).toContain('ada');
    },
    PATIENCE_MS,
  );
});

describe('a conversation', () => {
  test(
    'send is done when the relay has it; the other lists the same id',
    async () => {
      const [sent] = await devices.done('ada', ['send', '--to', 'ben', 'Good morning']);
      expect(sent).toEqual({ event: 'sent', id: expect.stringMatching(/^[0-9a-f]{32}$/) });
      const lines = await devices.done('ben', ['listen', '--count', '1', '--timeout', '30s']);
      conversation = String(lines[0]?.conversation);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({
        event: 'message',
        id: sent?.id,
        conversation: expect.stringMatching(/^[0-9a-f]{64}$/),
        sender: 'ada',
        account: ada.account,
        device: ada.device,
        sentAt: expect.any(Number),
        kind: 'text',
        text: 'Good morning',
        files: [],
        verified: true,
      });
    },
    PATIENCE_MS,
  );

  test(
    'text comes from standard input too, by conversation id, with every character and line',
    async () => {
      const text = 'zwei Zeilen – “ß” \u{1f6a2}\nund noch eine';
      await devices.done('ben', ['send', '--conversation', conversation], { input: text });
      await devices.done('ben', ['send', '--to', '@Ada', '-'], { input: 'from a pipe\n' });
      const lines = await devices.done('ada', ['listen', '--count', '2', '--timeout', '30s']);
      expect(textsOf(lines)).toEqual([text, 'from a pipe']);
    },
    PATIENCE_MS,
  );

  test(
    'a listener that runs prints what is sent meanwhile; the count that is not reached is a failure',
    async () => {
      const listener = devices.start('ben', ['listen', '--count', '2', '--timeout', '60s']);
      await devices.done('ada', ['send', '--to', 'ben', 'one']);
      expect((await listener.next())?.text).toBe('one');
      await devices.done('ada', ['send', '--to', 'ben', 'two']);
      expect((await listener.ended).code).toBe(0);
      const short = await devices.run('ben', ['listen', '--count', '1', '--timeout', '300ms']);
      expect(short).toMatchObject({ code: 1, lines: [] });
      expect(short.err).toMatch(/0/);
    },
    PATIENCE_MS,
  );

  test(
    'what another command took in is printed by the next listen, exactly once',
    async () => {
      await devices.done('ada', ['send', '--to', 'ben', 'while you were sending']);
      await devices.done('ben', ['send', '--to', 'ada', 'reply']);
      expect(textsOf(await devices.done('ben', ['history', '--with', 'ada', '--limit', '2']))).toEqual([
        'while you were sending',
        'reply',
      ]);
      expect(textsOf(await devices.done('ben', ['listen', '--timeout', '1s']))).toEqual([
        'while you were sending',
      ]);
      expect(textsOf(await devices.done('ben', ['listen', '--timeout', '1s']))).toEqual([]);
      expect(textsOf(await devices.done('ada', ['listen', '--count', '1', '--timeout', '30s']))).toEqual([
        'reply',
      ]);
    },
    PATIENCE_MS,
  );

  test(
    'conversations and history know it, oldest first, and say how many are unread',
    async () => {
      const [listed, ...more] = await devices.done('ada', ['conversations']);
      expect(more).toEqual([]);
      expect(listed).toMatchObject({ event: 'conversation', id: conversation, kind: 'direct' });
      const history = await devices.done('ada', ['history', '--conversation', conversation, '--limit', '3']);
      expect(textsOf(history)).toEqual(['two', 'while you were sending', 'reply']);
    },
    PATIENCE_MS,
  );

  test(
    'both sides show the same sixty digits',
    async () => {
      const [mine] = await devices.done('ada', ['safety-number', '--with', 'ben']);
      const [theirs] = await devices.done('ben', ['safety-number', '--with', 'ada']);
      expect(mine?.event).toBe('safety');
      expect(mine?.digits).toMatch(/^\d{60}$/);
      expect(theirs?.digits).toBe(mine?.digits);
    },
    PATIENCE_MS,
  );
});

describe('input', () => {
  test('nothing to send, and too much of it, are said', async () => {
    for (const [input, says] of [
      ['', /nothing to send/],
      ['x'.repeat(300_000), /longer/],
    ] as const) {
      const outcome = await devices.run('ada', ['send', '--to', 'ben'], { input });
      expect(outcome).toMatchObject({ code: 1, lines: [] });
      expect(outcome.err).toMatch(says);
    }
  });
});

describe('more devices', () => {
  test(
    'a second device by password or by recovery code; a message reaches all of them',
    async () => {
      const [added] = await devices.done(
        'ben2',
        ['login', '--server', server.url, '--username', 'ben'],
        as('ben'),
      );
      expect(added).toEqual({ event: 'joined', account: ben.account, device: expect.any(String) });
      expect(added?.device).not.toBe(ben.device);
      await devices.done('ada2', ['login', '--server', server.url, '--username', 'ada'], {
        env: { SOTTO_RECOVERY_CODE: String(ada.recoveryCode).toLowerCase() },
      });
      const [sent] = await devices.done('ada2', ['send', '--to', 'ben', 'to all of you']);
      for (const name of ['ben', 'ben2']) {
        const lines = await devices.done(name, ['listen', '--count', '1', '--timeout', '30s']);
        expect(lines).toMatchObject([{ id: sent?.id, text: 'to all of you', sender: 'ada' }]);
      }
      // One's own other device has it too, and prints it when it is asked for.
      const own = await devices.done('ada', ['listen', '--own', '--count', '1', '--timeout', '30s']);
      expect(own).toMatchObject([{ id: sent?.id, mine: true, sender: 'ada' }]);
      expect(textsOf(await devices.done('ada', ['history', '--with', 'ben', '--limit', '1']))).toEqual([
        'to all of you',
      ]);
      const listed = await devices.done('ben', ['devices']);
      expect(listed.map(({ event, device }) => [event, device]).sort()).toEqual(
        [
          ['device', ben.device],
          ['device', added?.device],
        ].sort(),
      );
    },
    PATIENCE_MS,
  );

  test(
    'a wrong password says so',
    async () => {
      const wrong = await devices.run(
        'no',
        ['login', '--server', server.url, '--username', 'ben'],
        as('ada'),
      );
      expect(wrong).toMatchObject({ code: 1, out: '' });
      expect(wrong.err).toMatch(/password/i);
      expect(wrong.err).not.toContain(PASSWORD.ada);
    },
    PATIENCE_MS,
  );

  test(
    'logging out keeps the device; logging in resumes it',
    async () => {
      await devices.done('ben2', ['logout']);
      const out = await devices.run('ben2', ['send', '--to', 'ada', 'x']);
      expect(out.code).toBe(1);
      expect(out.err).toMatch(/log ?in|sign in/i);
      await devices.done('ada', ['send', '--to', 'ben', 'while away']);
      const [back] = await devices.done(
        'ben2',
        ['login', '--server', server.url, '--username', 'ben'],
        as('ben'),
      );
      const own = (await devices.done('ben2', ['devices'])).find(({ current }) => current === true);
      expect(back?.device).toBe(own?.device);
      const lines = await devices.done('ben2', ['listen', '--timeout', '2s']);
      expect(textsOf(lines)).toContain('while away');
    },
    PATIENCE_MS,
  );

  test(
    'a revoked device is out at once, and gets nothing any more',
    async () => {
      const second = (await devices.done('ben2', ['devices'])).find(({ current }) => current === true);
      await devices.done('ben', ['devices', '--revoke', String(second?.device)], as('ben'));
      expect((await devices.done('ben', ['devices'])).map(({ device }) => device)).toEqual([ben.device]);
      expect((await devices.run('ben2', ['listen', '--count', '1', '--timeout', '5s'])).code).toBe(1);
      await devices.done('ada', ['send', '--to', 'ben', 'only one of you']);
      expect(textsOf(await devices.done('ben', ['listen', '--timeout', '2s']))).toContain('only one of you');
    },
    PATIENCE_MS,
  );
});

describe('two commands on one folder', () => {
  test(
    'a listener, and senders beside it: each message once',
    async () => {
      const listener = devices.start('ben', ['listen', '--count', '6', '--timeout', '90s']);
      const texts = [1, 2, 3, 4, 5, 6].map((n) => `crossing ${n}`);
      const back = [1, 2, 3].map((n) => `back ${n}`);
      await Promise.all([
        (async () => {
          for (const text of texts) await devices.done('ada', ['send', '--to', 'ben', text]);
        })(),
        (async () => {
          for (const text of back) await devices.done('ben', ['send', '--to', 'ada', text]);
        })(),
      ]);
      expect(textsOf((await listener.ended).lines)).toEqual(texts);
      const { lines } = await devices.run('ada', ['listen', '--timeout', '3s']);
      expect(textsOf(lines).filter((text) => String(text).startsWith('back'))).toEqual(back);
    },
    PATIENCE_MS,
  );

  test(
    'two sends at once do not use a key twice: both arrive',
    async () => {
      await Promise.all(['left', 'right'].map((text) => devices.done('ada', ['send', '--to', 'ben', text])));
      const lines = await devices.done('ben', ['listen', '--count', '2', '--timeout', '30s']);
      expect(textsOf(lines).sort()).toEqual(['left', 'right']);
    },
    PATIENCE_MS,
  );
});

describe('wrong use', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no command', [], /./],
    ['an unknown command', ['dance'], /dance/],
    ['an unknown option', ['send', '--tow', 'ben', 'x'], /--tow/],
    ['an option without its value', ['send', '--to'], /--to/],
    ['another command’s option', ['conversations', '--count', '1'], /count/],
    ['nobody named', ['send', 'x'], /--to/],
    ['somebody named twice', ['send', '--to', 'ben', '--conversation', 'ab', 'x'], /--conversation/],
    ['two texts', ['send', '--to', 'ben', 'a', 'b'], /./],
    ['a count that is no number', ['listen', '--count', 'many'], /count/],
    ['a count of none', ['listen', '--count', '0'], /count/],
    ['a timeout that is no time', ['listen', '--timeout', 'soon'], /timeout/],
    ['an address that is none', ['login', '--server', 'nowhere', '--username', 'x'], /--server/],
    ['an invite that is none', ['join', '--invite', 'http://localhost/', '--username', 'x'], /--invite/],
    ['no password', ['join', '--invite', 'http://localhost:1/join#abc', '--username', 'x'], /SOTTO_PASSWORD/],
    ['a conversation id that is none', ['history', '--conversation', 'xyz'], /conversation/],
  ];
  test.each(cases)(
    '%s is said on standard error, with the usage, and ends with 2',
    async (_name, args, says) => {
      const outcome = await devices.run('ada', args);
      expect(outcome.err).toMatch(says);
      expect(outcome.err).toContain('sotto client');
      expect(outcome).toMatchObject({ code: 2, out: '' });
      expect(outcome.err).not.toMatch(/\n\s+at /);
    },
  );

  test('without a folder there is nothing to work in; help needs none', async () => {
    expect((await run(['client', 'conversations']).ended).code).toBe(2);
    const help = await run(['client', '--help']).ended;
    expect(help.code).toBe(0);
    expect(help.out).toContain('safety-number');
  });
});
