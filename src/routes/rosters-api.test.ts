/** Groups over HTTP and the sockets. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import fc from 'fast-check';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { type Actor, addActor, firstEvent, nextEvent, subjectOf } from '../../test/support/group.ts';
import { call } from '../../test/support/person.ts';
import { openCookie } from '../../test/support/relay.ts';
import { connect, type TestSocket } from '../../test/support/socket.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import { MAX_REQUEST_BYTES } from '../contract/limits.ts';
import { conversationPath, PATHS, rosterPath } from '../contract/paths.ts';
import {
  type ConversationRecord,
  type OpenConversation,
  type RosterRecord,
  SOCKET_PROTOCOL,
} from '../contract/relay.ts';
import type { Roster } from '../protocol/roster.ts';
import { DEFAULT_POLICY, ROSTER_OPS, type RosterEvent } from '../protocol/roster-event.ts';

let app: TestApp;
let mina: Actor;
let ravi: Actor;
let cookies: { readonly mina: string; readonly ravi: string; readonly bare: string };
let group: ConversationRecord;
let roster: Roster;

beforeAll(async () => {
  app = await startApp();
  const now = app.deps.clock();
  mina = await addActor(app.deps.db, now, 1, 'Mina');
  ravi = await addActor(app.deps.db, now, 1, 'Ravi');
  cookies = {
    mina: await openCookie(app.deps, mina),
    ravi: await openCookie(app.deps, ravi),
    bare: await openCookie(app.deps, mina, null),
  };
});
afterAll(() => app.stop());
beforeEach(async () => {
  const event = await firstEvent(mina, [], { time: app.deps.clock() });
  const body = { kind: 'group', event: toBase64(event.signed) };
  const answer = await call<ConversationRecord>(app.origin, 'POST', PATHS.conversations, {
    body,
    cookie: cookies.mina,
  });
  expect(answer.status).toBe(200);
  [group, roster] = [answer.body, event.roster()];
});

const post = async (over: Partial<RosterEvent>, by = mina, cookie = cookies.mina) => {
  const event = await nextEvent(roster, by, over);
  const answer = await call<ConversationRecord & ErrorBody>(app.origin, 'POST', rosterPath(group.id), {
    body: { event: toBase64(event.signed) },
    cookie,
  });
  if (answer.status === 200) roster = event.roster();
  return answer;
};
const get = <T>(path: string, cookie = cookies.mina) => call<T>(app.origin, 'GET', path, { cookie });
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const rows = async () =>
  (
    await Promise.all(['conversations', 'members', 'roster_events', 'roster_certificates'].map(app.count))
  ).join();

test('a group is made, grows, is read and left', async () => {
  expect(group).toMatchObject({ kind: 'group', members: [mina.account], epoch: 0 });
  const added = await post({ op: ROSTER_OPS.add, subjects: [subjectOf(ravi)] });
  expect(added).toMatchObject({ status: 200, body: { id: group.id, epoch: 1 } });
  expect((await get<ConversationRecord>(conversationPath(group.id), cookies.ravi)).body).toEqual(added.body);
  expect((await get<ConversationRecord[]>(PATHS.conversations, cookies.ravi)).body).toContainEqual(
    added.body,
  );
  const { body } = await get<RosterRecord>(rosterPath(group.id), cookies.ravi);
  expect(body.events).toHaveLength(2);
  expect(body.signers).toHaveLength(1);
  expect((await get<RosterRecord>(`${rosterPath(group.id)}?after=0`, cookies.ravi)).body.events).toEqual(
    body.events.slice(1),
  );
  expect((await post({ op: ROSTER_OPS.leave }, ravi, cookies.ravi)).body.members).toEqual([mina.account]);
  expect((await get<ConversationRecord>(conversationPath(group.id), cookies.ravi)).body.members).toEqual([]);
});

test('open groups are listed, and closed ones are not', async () => {
  const before = await get<OpenConversation[]>(PATHS.openConversations, cookies.ravi);
  expect(before.status).toBe(200);
  expect(before.body.map(({ id }) => id)).not.toContain(group.id);
  await post({ op: ROSTER_OPS.policy, policy: { ...DEFAULT_POLICY, open: 1, title: '<b>Square</b>' } });
  const { body } = await get<OpenConversation[]>(PATHS.openConversations, cookies.ravi);
  expect(body).toContainEqual({ id: group.id, title: '<b>Square</b>', members: 1 });
});

test('every call needs a device that has proved itself', async () => {
  const event = { event: toBase64((await nextEvent(roster, mina)).signed) };
  for (const cookie of ['', cookies.bare]) {
    const status = cookie === '' ? 401 : 403;
    expect((await get(rosterPath(group.id), cookie)).status).toBe(status);
    expect((await get(PATHS.openConversations, cookie)).status).toBe(status);
    expect((await call(app.origin, 'POST', rosterPath(group.id), { body: event, cookie })).status).toBe(
      status,
    );
    const body = { kind: 'group', ...event };
    expect((await call(app.origin, 'POST', PATHS.conversations, { body, cookie })).status).toBe(status);
  }
});

test('whatever is handed in, the answer is a sentence and nothing is written', async () => {
  const before = await rows();
  const { signed } = await nextEvent(roster, mina);
  const good = toBase64(signed);
  const refused = async (path: string, body: unknown, statuses: readonly number[] = [400]) => {
    const answer = await call(app.origin, 'POST', path, { body, cookie: cookies.mina });
    expect(statuses).toContain(answer.status);
    expect(answer.body.message).toMatch(/^[A-Z].*[.:!?]$/s);
    expect(answer.body.message).not.toMatch(/E_[A-Z]+|\bat \/|undefined/);
  };
  for (const event of [
    undefined,
    null,
    7,
    '',
    '!',
    good.slice(0, -8),
    `${good}AAAA`,
    'A'.repeat(30_000),
    [good],
  ]) {
    await refused(rosterPath(group.id), { event });
    await refused(PATHS.conversations, { kind: 'group', event });
  }
  await refused(PATHS.conversations, { kind: 'other', event: good });
  await refused(PATHS.conversations, { kind: 'group', people: [ravi.account] });
  await refused(rosterPath(group.id), { event: 'A'.repeat(MAX_REQUEST_BYTES) }, [413]);
  await refused(`${PATHS.conversations}/zz/roster`, { event: good }, [404]);
  await refused(`${PATHS.conversations}/${'0'.repeat(64)}/roster`, { event: good }, [400]);
  // A first event where the next one belongs, and the other way round.
  const first = await firstEvent(mina, [], { time: app.deps.clock() });
  await refused(rosterPath(group.id), { event: toBase64(first.signed) });
  await refused(PATHS.conversations, { kind: 'group', event: good }, [403]);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: signed.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) =>
        refused(
          rosterPath(group.id),
          { event: toBase64(signed.with(at, (signed[at] ?? 0) ^ flip)) },
          [400, 403, 409],
        ),
    ),
    { numRuns: 40 },
  );
  for (const after of ['x', '-2', '1e3', '0x1', '99999999999999999999', '1.5'])
    expect((await get(`${rosterPath(group.id)}?after=${after}`)).status).toBe(400);
  expect(await rows()).toBe(before);
});

test('a stranger’s question about a group is answered as one about none', async () => {
  const nowhere = `${PATHS.conversations}/${'5'.repeat(64)}/roster`;
  const [group_, none] = [await get(rosterPath(group.id), cookies.ravi), await get(nowhere, cookies.ravi)];
  expect(group_.status).toBe(404);
  expect(group_.body).toEqual(none.body);
});

test('two changes at once: one is taken, the other is a conflict', async () => {
  const events = await Promise.all([1, 2, 3].map((n) => nextEvent(roster, mina, { time: roster.time + n })));
  const answers = await Promise.all(
    events.map(({ signed }) =>
      call(app.origin, 'POST', rosterPath(group.id), {
        body: { event: toBase64(signed) },
        cookie: cookies.mina,
      }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body.error).toBe('Conflict');
});

test('sockets hear of a group, and of one’s removal from it', async () => {
  const line = await connect(app.origin + PATHS.socket, {
    cookie: cookies.ravi,
    protocols: [SOCKET_PROTOCOL],
  });
  const page = await connect(`${app.origin}/socket`, { cookie: cookies.ravi });
  const toldOf = (id: string) => (frame: unknown) =>
    isObject(frame) && frame.event === 'conversation' && frame.id === id;
  /** Waits until a socket was told of this group so often. */
  const told = (socket: TestSocket, times: number) =>
    socket.next(() => socket.frames.filter(toldOf(group.id)).length === times);
  const rowsOf = (socket: TestSocket) =>
    socket.frames.filter((frame) => isObject(frame) && 'content' in frame);
  await Promise.all([line, page].map((socket) => socket.next(({ event }) => event === 'hello')));
  await post({ op: ROSTER_OPS.add, subjects: [subjectOf(ravi)] });
  await told(line, 1);
  await told(page, 1);
  const [row] = rowsOf(page);
  const content = isObject(row) ? String(row.content) : '';
  expect(content).toContain(`data-conversation="${group.id}"`);
  expect(content).toContain('Group of 2');
  expect(content).not.toContain(mina.account);

  await post({ op: ROSTER_OPS.remove, subjects: [subjectOf(ravi, 0)] });
  await told(line, 2);
  await told(page, 2);
  expect(rowsOf(page)).toHaveLength(2);
  const gone = rowsOf(page)[1];
  expect(isObject(gone) ? String(gone.content) : '').toContain('Group you were in');
  // Nothing more of it after that.
  await post({ op: ROSTER_OPS.confirm });
  const { id } = await app.deps.services.conversations.createDirect(mina.session(), ravi.account);
  await line.next(toldOf(id));
  await page.next(toldOf(id));
  expect(line.frames.filter(toldOf(group.id))).toHaveLength(2);
  expect(page.frames.filter(toldOf(group.id))).toHaveLength(2);
  expect(app.log()).not.toContain('fragment failed');
  for (const socket of [line, page]) {
    socket.close();
    await socket.closed;
  }
});

test('changes of members have their own limit', async () => {
  const limited = await startApp({ limited: true });
  const eve = await addActor(limited.deps.db, limited.deps.clock());
  const cookie = await openCookie(limited.deps, eve);
  const statuses = new Set<number>();
  for (let i = 0; i < 70; i++)
    statuses.add(
      (await call(limited.origin, 'POST', rosterPath(group.id), { body: { event: 'AAAA' }, cookie })).status,
    );
  expect([...statuses]).toEqual([400, 429]);
  await limited.stop();
});
