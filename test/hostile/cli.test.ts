/** The command line as it is used, one process a command, at a server that lies: a sentence, an exit code, nothing lost. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { fromHex } from '../../src/contract/bytes.ts';
import { inviteUrl, PATHS, setupUrl } from '../../src/contract/paths.ts';
import { decodePost } from '../../src/contract/post.ts';
import { decodeBodyHeader } from '../../src/protocol/body-header.ts';
import { directConversationId } from '../../src/protocol/roster.ts';
import { Devices, type Line, type Outcome } from '../support/client.ts';
import { Client, PASSWORD } from './support/client.ts';
import { HostileServer } from './support/server.ts';

const PATIENCE_MS = 120_000;
/** Longer than the server keeps anything in memory, in milliseconds. */
const CACHED_MS = 3_601_000;

let server: HostileServer;
let eve: Client;
const devices = new Devices();
let ada: Line;
let ben: Line;

const env = { env: { SOTTO_PASSWORD: PASSWORD } };
async function join(who: string, args: readonly string[]): Promise<Line> {
  const [line] = await devices.done(who, ['join', '--username', who, ...args], env);
  if (line === undefined) throw new Error(`${who} joined without a word`);
  return line;
}

beforeAll(async () => {
  server = await HostileServer.open();
  const { invites } = server.app.deps.services;
  const setup = setupUrl(server.url, await invites.createSetupToken());
  ada = await join('ada', ['--invite', setup, '--workspace', 'Harbour']);
  ben = await join('ben', ['--invite', inviteUrl(server.url, (await invites.create(null)).token)]);
  eve = await Client.register(server, 'eve');
}, PATIENCE_MS);
afterEach(() => server.behave());
afterAll(async () => {
  await eve.close();
  await server.close();
  devices.remove();
});

const send = (text: string): Promise<Outcome> => devices.run('ada', ['send', '--to', 'ben', text]);
/** What was said in class 1 to the server, with how many envelopes. */
const said = () =>
  server.seen.flatMap(({ path, sent, status }) => {
    const post = path === PATHS.messages ? decodePost(sent) : null;
    return post !== null && decodeBodyHeader(post.body).header.class === 1
      ? [[status, post.envelopes.length] as const]
      : [];
  });
/** One sentence for a person, and nothing of the program's inside. */
function isSentence(outcome: Outcome): void {
  expect(outcome.err + outcome.out).not.toMatch(
    /^\s+at .*:\d+|\bundefined\b|\[object|TypeError|SyntaxError/m,
  );
}

test(
  'a member that the server has added gets nothing, and the command says why [R1]',
  async () => {
    expect((await send('between us')).code).toBe(0);
    const conversation = directConversationId(
      fromHex(String(ada.account)),
      fromHex(String(ben.account)),
    ).toHex();
    const { db } = server.app.deps;
    await db.write((tx) =>
      tx.run('INSERT INTO members (conversation, account) VALUES ($1, $2)', [conversation, eve.account]),
    );
    server.app.pass(CACHED_MS);
    const before = said().length;
    const outcome = await send('still between us');
    expect(outcome.code).not.toBe(0);
    expect(outcome.err + outcome.out).toContain('nobody here has signed for');
    isSentence(outcome);
    expect(said().length).toBeGreaterThan(before);
    for (const [status, envelopes] of said().slice(before)) expect([status, envelopes]).toEqual([409, 1]);
    await db.write((tx) =>
      tx.run('DELETE FROM members WHERE conversation = $1 AND account = $2', [conversation, eve.account]),
    );
    server.app.pass(CACHED_MS);
    expect((await send('and again')).code).toBe(0);
    const heard = await devices.done('ben', ['listen', '--count', '3', '--timeout', '60s']);
    expect(heard.map(({ text }) => text)).toEqual(['between us', 'still between us', 'and again']);
  },
  PATIENCE_MS,
);

test(
  'a server that answers rubbish, or sends elsewhere, is one that cannot be reached: what was said waits',
  async () => {
    const rubbish: readonly (() => Response)[] = [
      () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }),
      () => Response.json({ __proto__: null, conversations: 'none' }),
      () => new Response(null, { status: 307, headers: { location: 'http://localhost:1/api' } }),
    ];
    for (const [i, make] of rubbish.entries()) {
      server.behave();
      server.answer(/^\/api\/v1\//, make);
      const outcome = await send(`rubbish ${i}`);
      isSentence(outcome);
      expect([i, outcome.lines.some(({ event }) => event === 'sent')]).toEqual([i, false]);
    }
    server.behave();
    expect((await send('after the rubbish')).code).toBe(0);
    const heard = await devices.done('ben', ['listen', '--count', '4', '--timeout', '60s']);
    expect(heard.map(({ text }) => text)).toEqual([
      'rubbish 0',
      'rubbish 1',
      'rubbish 2',
      'after the rubbish',
    ]);
  },
  PATIENCE_MS,
);

test(
  'a password goes nowhere when the server asks for it to be hashed weakly [R16]',
  async () => {
    server.json<object>(PATHS.signInStart, (honest) => ({ ...honest, memory: 8 }));
    const outcome = await devices.run('thief', ['login', '--server', server.url, '--username', 'ada'], env);
    expect(outcome.code).not.toBe(0);
    expect(outcome.err).toContain('easy to guess');
    isSentence(outcome);
    expect(server.seen.some(({ path, who }) => path === PATHS.signInPassword && who === '')).toBe(false);
  },
  PATIENCE_MS,
);
