import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addPerson, openCookie, type Someone, someConversation } from '../../test/support/relay.ts';
import { connect, type TestSocket } from '../../test/support/socket.ts';
import type { ConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import type { PresenceRecord, PresenceSettings } from '../contract/presence.ts';
import { SOCKET_PROTOCOL } from '../contract/relay.ts';

let app: TestApp;
let mina: Someone;
let ravi: Someone;
let stranger: Someone;
let conversation: ConversationId;
const open: TestSocket[] = [];

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  for (const socket of open) socket.close();
  await app.stop();
});
beforeEach(async () => {
  await app.deps.services.policies.write({ presence: true, typing: true });
  [mina, ravi, stranger] = [
    await addPerson(app.deps.db, Date.now()),
    await addPerson(app.deps.db, Date.now()),
    await addPerson(app.deps.db, Date.now()),
  ];
  conversation = (await app.deps.services.conversations.createDirect(mina.session(), ravi.account)).id;
});

async function page(person: Someone): Promise<TestSocket> {
  const socket = await connect(`${app.origin}/socket`, { cookie: await openCookie(app.deps, person) });
  open.push(socket);
  return socket;
}
async function bot(person: Someone): Promise<TestSocket> {
  const socket = await connect(app.origin + PATHS.socket, {
    cookie: await openCookie(app.deps, person),
    protocols: [SOCKET_PROTOCOL],
  });
  open.push(socket);
  return socket;
}
async function here(person: Someone, state: 'online' | 'away' = 'online'): Promise<TestSocket> {
  const socket = await page(person);
  socket.send({ do: 'presence', state });
  await told(socket, () => true);
  return socket;
}
const told = (socket: TestSocket, wanted: (people: readonly PresenceRecord[]) => boolean) =>
  socket.next<{ people: readonly PresenceRecord[] }>(
    (frame) => frame.event === 'presence' && wanted(frame.people as readonly PresenceRecord[]),
  );
const about =
  ({ account }: Someone, state: string) =>
  (people: readonly PresenceRecord[]) =>
    people.some((each) => each.account === account && each.state === state);
const framesOf = (socket: TestSocket, event: string) =>
  socket.frames.filter((frame) => (frame as { event?: string }).event === event);
const choose = async (person: Someone, body: unknown) =>
  fetch(app.origin + PATHS.presence, {
    method: 'PUT',
    headers: {
      cookie: await openCookie(app.deps, person),
      'content-type': 'application/json',
      origin: app.origin,
    },
    body: JSON.stringify(body),
  });

test('who shares a conversation sees somebody come, go away and leave', async () => {
  const watching = await here(mina);
  const socket = await here(ravi);
  await told(watching, about(ravi, 'online'));
  socket.send({ do: 'presence', state: 'away' });
  await told(watching, about(ravi, 'away'));
  socket.close();
  await socket.closed;
  app.pass(11_000);
  await told(watching, about(ravi, 'offline'));
});

test('a page that loads anew is no absence', async () => {
  const watching = await here(mina);
  const socket = await here(ravi);
  await told(watching, about(ravi, 'online'));
  socket.close();
  await socket.closed;
  const again = await here(ravi, 'away');
  await told(watching, about(ravi, 'away'));
  expect(
    framesOf(watching, 'presence').some((frame) =>
      about(ravi, 'offline')((frame as unknown as { people: PresenceRecord[] }).people),
    ),
  ).toBe(false);
  again.close();
});

test('who comes to share a conversation hears how the other is, and is heard of', async () => {
  const one = await here(mina);
  const other = await here(stranger);
  await app.deps.services.conversations.createDirect(mina.session(), stranger.account);
  await told(one, about(stranger, 'online'));
  await told(other, about(mina, 'online'));
});

test('a newcomer hears how the others are, and when they were last seen', async () => {
  const socket = await here(ravi);
  const watching = await here(mina);
  await told(watching, about(ravi, 'online'));
  socket.close();
  await socket.closed;
  app.pass(11_000);
  await told(watching, about(ravi, 'offline'));
  watching.close();
  const later = await page(mina);
  later.send({ do: 'presence', state: 'online' });
  const { people } = await told(later, about(ravi, 'offline'));
  expect(people.find(({ account }) => account === ravi.account)?.at).toBeGreaterThan(Date.now());
});

test('strangers, and those who say nothing of themselves, are told nothing', async () => {
  const silent = await bot(mina);
  const outside = await here(stranger);
  const watching = await here(ravi);
  const socket = await here(mina);
  socket.send({ do: 'typing', conversation });
  await watching.next((frame) => frame.event === 'typing');
  await told(watching, about(mina, 'online'));
  expect(framesOf(silent, 'presence')).toEqual([]);
  expect(framesOf(silent, 'typing')).toEqual([]);
  expect(framesOf(outside, 'typing')).toEqual([]);
  expect(framesOf(outside, 'presence')).toHaveLength(1);
  expect((framesOf(outside, 'presence')[0] as unknown as { people: unknown[] }).people).toEqual([]);
});

test('writing is told to members, from members, and to nobody else', async () => {
  const mine = await here(mina);
  const theirs = await here(ravi);
  const outside = await here(stranger);
  outside.send({ do: 'typing', conversation });
  mine.send({ do: 'typing', conversation: someConversation() });
  mine.send({ do: 'typing', conversation });
  const frame = await theirs.next<{ account: string; conversation: string }>(
    ({ event }) => event === 'typing',
  );
  expect([frame.account, frame.conversation]).toEqual([mina.account, conversation]);
  expect(framesOf(theirs, 'typing')).toHaveLength(1);
  expect(framesOf(mine, 'typing')).toEqual([]);
});

test('who does not want to be seen is not seen, sees nobody, and leaves no time behind', async () => {
  const watching = await here(mina);
  const socket = await here(ravi);
  await told(watching, about(ravi, 'online'));
  const answer = (await (await choose(ravi, { shown: false })).json()) as PresenceSettings;
  expect(answer.shown).toBe(false);
  const { people } = await told(watching, about(ravi, 'offline'));
  expect(people[0]?.at).toBe(0);
  const again = await page(ravi);
  again.send({ do: 'presence', state: 'online' });
  again.send({ do: 'typing', conversation });
  await watching.next((frame) => frame.event === 'typing');
  expect(framesOf(again, 'presence')).toEqual([]);
  expect(await app.deps.db.read('SELECT last_seen FROM presence WHERE account = $1', [ravi.account])).toEqual(
    [{ last_seen: 0 }],
  );
  socket.close();
});

test('the workspace can do without: nothing is told and nothing is kept', async () => {
  const watching = await here(mina);
  const socket = await here(ravi);
  await told(watching, about(ravi, 'online'));
  await app.deps.services.policies.write({ presence: false, typing: false });
  await told(watching, about(ravi, 'offline'));
  const later = await page(ravi);
  later.send({ do: 'presence', state: 'online' });
  later.send({ do: 'typing', conversation });
  // Answered in order: what was said before it has been taken.
  const asked = await choose(ravi, { shown: true });
  expect(((await asked.json()) as PresenceSettings).allowed).toEqual({ presence: false, typing: false });
  expect(framesOf(later, 'presence')).toEqual([]);
  expect(framesOf(watching, 'typing')).toEqual([]);
  socket.close();
});

test('what is no choice is refused', async () => {
  expect((await choose(mina, { shown: 'yes' })).status).toBe(400);
  expect((await fetch(app.origin + PATHS.presence)).status).toBe(401);
});

test('what a page says beside presence ends its socket', async () => {
  const socket = await page(mina);
  socket.send({ do: 'send', ref: 1, post: '' });
  expect(await socket.closed).toBe(1008);
});

test('frames that make no sense, or come in floods, are dropped', async () => {
  const limited = await startApp({ limited: true });
  const [one, two] = [
    await addPerson(limited.deps.db, Date.now()),
    await addPerson(limited.deps.db, Date.now()),
  ];
  const { id } = await limited.deps.services.conversations.createDirect(one.session(), two.account);
  const say = async (person: Someone) => {
    const socket = await connect(limited.origin + PATHS.socket, {
      cookie: await openCookie(limited.deps, person),
      protocols: [SOCKET_PROTOCOL],
    });
    socket.send({ do: 'presence', state: 'online' });
    await told(socket, () => true);
    return socket;
  };
  const mine = await say(one);
  const theirs = await say(two);
  mine.send({ do: 'presence', state: 'busy' });
  mine.send({ do: 'typing', conversation: 'x' });
  for (let i = 0; i < 500; i++) mine.send({ do: 'typing', conversation: id });
  mine.send({ do: 'ping' });
  await mine.next(({ event }) => event === 'pong');
  expect(framesOf(theirs, 'typing').length).toBeLessThanOrEqual(61);
  limited.pass(60_000);
  mine.send({ do: 'presence', state: 'away' });
  await told(theirs, about(one, 'away'));
  await limited.stop();
});
