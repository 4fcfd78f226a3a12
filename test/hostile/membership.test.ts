/**
 * A server that adds people and devices in its own tables, where it may write what it likes (Matrix and Megolm 2022,
 * WhatsApp's groups 2025), and one that shows lists from yesterday. The lies stand in its database, so they agree.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { revokeDevice, signInWithPassword } from '../../src/client/enrol.ts';
import type { DirectoryEntry } from '../../src/contract/accounts.ts';
import { conversationId, fromHex, toBase64 } from '../../src/contract/bytes.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS, rosterPath } from '../../src/contract/paths.ts';
import { decodePost } from '../../src/contract/post.ts';
import type { ConversationRecord, Delivery, RosterRecord } from '../../src/contract/relay.ts';
import { decodeBodyHeader } from '../../src/protocol/body-header.ts';
import { ROSTER_OPS, ROSTER_ROLES, signRosterEvent } from '../../src/protocol/roster-event.ts';
import { newDevice, newIdentity, tools } from '../support/person.ts';
import { acquaint, Client, PASSWORD } from './support/client.ts';
import { forgeIdentity } from './support/forgery.ts';
import { HostileServer } from './support/server.ts';

/** Longer than the server keeps anything in memory, in milliseconds. */
const CACHED_MS = 3_601_000;

let server: HostileServer;
let ada: Client;
let ben: Client;
let eve: Client;
let people = 0;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
  eve = await Client.register(server, 'eve');
}, 60_000);
beforeEach(async () => {
  ben = await Client.register(server, `ben${++people}`);
  ada.events.length = 0;
});
afterEach(async () => {
  server.behave();
  await ben.close();
});
afterAll(async () => {
  await ada.close();
  await eve.close();
  await server.close();
});

/** Writes into the server's own tables, and waits until it has forgotten what it knew. */
async function forge(sql: string, params: readonly (string | number | Uint8Array)[]): Promise<void> {
  await server.app.deps.db.write((tx) => tx.run(sql, params));
  server.app.pass(CACHED_MS);
}
/** Ada's posts to a conversation so far: what the server answered, and how many envelopes each carried. */
const postsTo = (id: ConversationId) =>
  server.asked('ada', PATHS.messages).flatMap(({ sent, status }) => {
    const post = decodePost(sent);
    return post !== null && conversationId(decodeBodyHeader(post.body).header.conversation) === id
      ? [[status, post.envelopes.length] as const]
      : [];
  });
/** Envelopes of anybody that wait for a device at the server. */
const waitingFor = async (client: Client) =>
  (await server.app.deps.db.read('SELECT number FROM envelopes WHERE device = $1', [client.device])).length;

test('the server adds a member to a conversation: nothing is sealed for it, and nothing is sent [R1]', async () => {
  const id = await acquaint(ada, ben);
  await ada.send(id, 'between us');
  await ben.hears(id, 'between us');
  const before = postsTo(id).length;
  const claims = server.asked('ada', PATHS.claimPrekeys).length;
  const eves = await waitingFor(eve);
  await forge('INSERT INTO members (conversation, account) VALUES ($1, $2)', [id, eve.account]);
  const message = await ada.send(id, 'still between us');
  expect(message.status).toBe('Failed');
  expect(message.reason).toContain('nobody here has signed for');
  expect(ada.notices('E_ROSTER')).not.toEqual([]);
  expect(
    postsTo(id)
      .slice(before)
      .every(([status, count]) => status === 409 && count === 1),
  ).toBe(true);
  expect(server.asked('ada', PATHS.claimPrekeys).length).toBe(claims);
  expect(await waitingFor(eve)).toBe(eves);
  expect(await ben.texts(id)).toEqual(['between us']);
  await forge('DELETE FROM members WHERE conversation = $1 AND account = $2', [id, eve.account]);
  await ada.engine.flush();
  await ben.hears(id, 'still between us');
}, 30_000);

test('the server gives a person one more device: nothing is sealed for it, and nothing is sent [R15]', async () => {
  const id = await acquaint(ada, ben);
  await ada.send(id, 'to one device');
  await ben.hears(id, 'to one device');
  const { device, entry } = await forgeIdentity(ben.account);
  await forge(
    'INSERT INTO devices (id, account, certificate, certificate_hash, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)',
    [device.id, ben.account, device.certificate, device.hash, Date.now() + 1e9, Date.now()],
  );
  const before = postsTo(id).length;
  const { id: waiting } = await ada.engine.send(id, 'not to the second');
  // Whether the directory keeps quiet about it or shows it, unsigned as it is.
  for (const lie of [
    (honest: DirectoryEntry) => honest,
    (honest: DirectoryEntry) => ({
      ...honest,
      certificates: [...honest.certificates, ...entry(honest).certificates],
    }),
  ]) {
    server.behave();
    server.json<DirectoryEntry[]>(PATHS.directory, (entries) =>
      entries.map((each) => (each.account === ben.account ? lie(each) : each)),
    );
    await ada.engine.flush();
    expect(await ada.message(waiting)).toMatchObject({
      status: 'Failed',
      reason: expect.stringContaining('nobody here has signed for'),
    });
  }
  expect(postsTo(id).slice(before).length).toBeGreaterThan(1);
  for (const sent of postsTo(id).slice(before)) expect(sent).toEqual([409, 1]);
  expect([...ada.disk.store('sessions').keys()].filter((key) => key.includes(device.id))).toEqual([]);
  await forge('DELETE FROM devices WHERE id = $1', [device.id]);
  await ada.engine.flush();
  await ben.hears(id, 'not to the second');
}, 30_000);

test('a device list from yesterday is refused, and messages go on to every device of today [R12]', async () => {
  const id = await acquaint(ada, ben);
  const [yesterday] = await ada.transport.directory([ben.account]);
  const phone = await Client.signIn(server, `ben${people}`, 'phone');
  await ada.reconnect();
  const before = postsTo(id).length;
  server.json<DirectoryEntry[]>(PATHS.directory, (entries) =>
    entries.map((entry) => (entry.account === ben.account && yesterday ? yesterday : entry)),
  );
  const pinned = ada.state('peers');
  await ada.reconnect();
  await ada.noticed('E_ROSTER', 'older list');
  expect(ada.state('peers')).toBe(pinned);
  await ada.send(id, 'to both');
  expect(postsTo(id).slice(before)).toEqual([[200, 2]]);
  await ben.hears(id, 'to both');
  await phone.hears(id, 'to both');
  await phone.close();
}, 30_000);

test('a device that was taken away stays away, whatever the server shows and asks for [R38]', async () => {
  const id = await acquaint(ada, ben);
  const phone = await Client.signIn(server, `ben${people}`, 'phone');
  const [yesterday] = await ada.transport.directory([ben.account]);
  await ada.reconnect();
  await ada.send(id, 'to both');
  await phone.hears(id, 'to both');
  const desk = Client.at(server, 'desk').tools();
  await revokeDevice(
    desk,
    await signInWithPassword(desk, { username: `ben${people}`, password: PASSWORD }),
    phone.device,
    null,
  );
  await ada.reconnect();
  expect([...ada.disk.store('sessions').keys()].some((key) => key.includes(phone.device))).toBe(false);
  const before = postsTo(id).length;
  server.json<DirectoryEntry[]>(PATHS.directory, (entries) =>
    entries.map((entry) => (entry.account === ben.account && yesterday ? yesterday : entry)),
  );
  await ada.reconnect();
  await ada.noticed('E_ROSTER', 'older list');
  await ada.send(id, 'to one');
  await ben.hears(id, 'to one');
  expect(postsTo(id).slice(before)).toEqual([[200, 1]]);
  await phone.close();
}, 30_000);

test('a conversation under an id that its members do not make is not believed [R12]', async () => {
  const real = await acquaint(ada, ben);
  const before = ada.state('conversations');
  server.json<ConversationRecord[]>(PATHS.conversations, (records) => [
    ...records.filter(({ id }) => id !== real),
    { id: real, kind: 'direct', members: [ada.account, eve.account], lastActivity: 0 },
    { id: '0f'.repeat(32), kind: 'direct', members: [ada.account, ben.account], lastActivity: 0 },
    { id: '0e'.repeat(32), kind: 'direct', members: [ben.account, eve.account], lastActivity: 0 },
    { id: '0d'.repeat(32), kind: 'direct', members: [ada.account, ada.account], lastActivity: 0 },
  ]);
  await ada.reconnect();
  expect(ada.state('conversations')).toBe(before);
  const [conversation] = (await ada.engine.conversations()).filter(({ id }) => id === real);
  expect(conversation?.members).toContain(ben.account);
}, 30_000);

test('a stranger’s words do not get into a conversation, under whatever name the server delivers them [R1]', async () => {
  const id = await acquaint(ada, ben);
  const withEve = await acquaint(eve, ada);
  const asBen = { account: ben.account, device: ben.device };
  const lies: readonly ((delivery: Delivery) => Delivery)[] = [
    (delivery) => ({ ...delivery, conversation: id }),
    (delivery) => ({ ...delivery, sender: asBen }),
    (delivery) => ({ ...delivery, conversation: id, sender: asBen }),
  ];
  for (const [i, lie] of lies.entries()) {
    let told = 0;
    server.deliver((delivery, who) => {
      if (who !== 'ada' || delivery.class !== 1 || delivery.sender.account !== eve.account) return [delivery];
      told++;
      return [lie(delivery)];
    });
    const acknowledged = () => server.asked('ada', PATHS.acknowledgements).length;
    const before = acknowledged();
    await eve.send(withEve, `from Eve, ${i}`);
    await ada.until(async () => told > 0 && acknowledged() > before, 'the lie');
    // Not even as something that stays closed.
    expect(await ada.messages(id)).toEqual([]);
    expect(ada.disk.store('inbox').size).toBe(0);
    server.behave();
  }
  await eve.send(withEve, 'from Eve');
  await ada.hears(withEve, 'from Eve');
  expect(await ada.texts(withEve)).toEqual(['from Eve']);
}, 30_000);

test('a group’s members are what its admins have signed, whatever the server adds, hides or takes back [R12]', async () => {
  const group = await ada.engine.createGroup({ name: 'Crew', people: [ben.account] });
  await ada.engine.flush();
  await ben.until(
    async () => (await ben.engine.conversations()).some(({ id }) => id === group.id),
    'the group',
  );
  await ada.send(group.id, 'between us');
  await ben.hears(group.id, 'between us');
  const eves = await waitingFor(eve);
  const path = rosterPath(group.id);
  // An event that Eve signs for herself, in the place of the next one; and none of the newest ones.
  const forged = await signRosterEvent(tools, (await newDevice(await newIdentity())).dik, {
    conversation: fromHex(group.id),
    epoch: 1,
    previous: fromHex(group.id),
    op: ROSTER_OPS.add,
    subjects: [{ account: fromHex(eve.account), identity: new Uint8Array(32), role: ROSTER_ROLES.member }],
    by: fromHex(ada.account),
    certificate: new Uint8Array(32),
    time: Date.now(),
    nonce: null,
    policy: null,
  });
  for (const lie of [
    (record: RosterRecord): RosterRecord => ({ ...record, events: [...record.events, toBase64(forged)] }),
    (record: RosterRecord): RosterRecord => ({ ...record, events: [] }),
  ]) {
    server.behave();
    server.json<RosterRecord>(path, lie);
    await forge('INSERT INTO members (conversation, account) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      group.id,
      eve.account,
    ]);
    for (const line of server.linesOf('ada'))
      line.say(JSON.stringify({ event: 'conversation', id: group.id }));
    await ada.reconnect();
    const before = postsTo(group.id).length;
    await ada.send(group.id, 'still between us');
    for (const [, envelopes] of postsTo(group.id).slice(before)) expect(envelopes).toBe(1);
    expect(await waitingFor(eve)).toBe(eves);
  }
  await ada.noticed('E_ROSTER', 'nobody there has signed');
  await ada.noticed('E_ROSTER', 'an older list of who is in this group');
  // With the truth it goes on.
  server.behave();
  await forge('DELETE FROM members WHERE conversation = $1 AND account = $2', [group.id, eve.account]);
  await ada.reconnect();
  await ada.engine.flush();
  await ben.hears(group.id, 'still between us');
}, 40_000);
