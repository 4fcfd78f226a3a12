/**
 * What the server and a member do together: contents that no engine makes, sealed by hand with a member's own keys and
 * delivered by the server like any other (what a content is bound to, and what a device may say about others).
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { MemoryStorage } from '../../src/client/memory-storage.ts';
import { readPeer } from '../../src/client/peers.ts';
import { hashOfLists } from '../../src/client/recipients.ts';
import { readSent } from '../../src/client/sent.ts';
import { fromHex } from '../../src/contract/bytes.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { decodeContent } from '../../src/protocol/content.ts';
import { historyPayload, receiptPayload, textPayload } from '../../src/protocol/payload.ts';
import { decodeSession } from '../../src/protocol/session.ts';
import { sayByHand, type Words } from './support/by-hand.ts';
import { acquaint, Client, randomBytes, settle } from './support/client.ts';
import { HostileServer } from './support/server.ts';

/** Longer than the server keeps anything in memory, in milliseconds. */
const CACHED_MS = 3_601_000;

let server: HostileServer;
let ada: Client;
let ben: Client;
let id: ConversationId;
let people = 0;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
}, 60_000);
beforeEach(async () => {
  ben = await Client.register(server, `ben${++people}`);
  id = await acquaint(ada, ben);
  await ada.send(id, 'hello');
  await ben.hears(id, 'hello');
  await ben.send(id, 'hello too');
  await ada.hears(id, 'hello too');
  await settle(server, ada, ben);
  ada.events.length = 0;
});
afterEach(async () => {
  server.behave();
  await ben.close();
});
afterAll(async () => {
  await ada.close();
  await server.close();
});

/** Somebody's device says it to Ada's by hand; resolves when Ada has acknowledged it. */
async function sayToAda(client: Client, where: ConversationId, words: Words): Promise<string> {
  const acknowledged = () => server.asked('ada', PATHS.acknowledgements).length;
  const before = acknowledged();
  await client.close();
  const said = await sayByHand(client, { account: ada.account, device: ada.device }, where, words);
  await ada.until(async () => acknowledged() > before, 'an acknowledgement');
  return said;
}

const text = (words: string) => textPayload.encode({ text: words, replyTo: null, timer: null });

test('words sealed by hand arrive like any other: the tests below say something', async () => {
  await sayToAda(ben, id, { class: 1, content: { kind: 'text', payload: text('by hand') } });
  await ada.hears(id, 'by hand');
}, 30_000);

test('words under another roster than the conversation has stay closed, and change no session [R9, R12]', async () => {
  const received = () =>
    [...ada.disk.store('sessions').values()]
      .flatMap((stored) => decodeSession(stored).ratchet.receiving)
      .map(({ dh, next, skipped }) => [dh.toHex(), next, skipped.length].join(' '));
  const attempt = async () => {
    const before = received();
    const closed = (await ada.closed(id)).length;
    const rosterHash = randomBytes(32);
    await sayToAda(ben, id, { class: 1, content: { kind: 'text', payload: text('elsewhere'), rosterHash } });
    await ada.until(async () => (await ada.closed(id)).length > closed, 'something closed');
    return { before, after: received() };
  };
  // A key exchange of his may arrive in between and is received rightly: then it is said once more.
  let seen = await attempt();
  for (let tries = 0; tries < 4 && seen.after.join() !== seen.before.join(); tries++) seen = await attempt();
  expect(seen.after).toEqual(seen.before);
  expect(await ada.texts(id)).not.toContain('elsewhere');
  expect((await ada.closed(id))[0]?.reason).toContain('not a member here');
}, 60_000);

test('words of somebody who has seen no log stay closed [R37]', async () => {
  const ktRoot = new Uint8Array(32);
  await sayToAda(ben, id, {
    class: 1,
    content: { kind: 'text', payload: text('no log'), ktSize: 0, ktRoot },
  });
  expect(await ada.texts(id)).not.toContain('no log');
}, 30_000);

test('words of somebody who has seen another log are proof, and stop everything that would leave [R37]', async () => {
  await sayToAda(ben, id, {
    class: 1,
    content: { kind: 'text', payload: text('another log'), ktRoot: randomBytes(32) },
  });
  expect(await ada.texts(id)).not.toContain('another log');
  await ada.noticed('E_KT', 'log');
  const posts = server.asked('ada', PATHS.messages).length;
  const message = await ada.send(id, 'not now');
  expect(message.status).toBe('Failed');
  expect(server.asked('ada', PATHS.messages).length).toBe(posts);
  await ada.engine.acknowledgeLog();
  await ada.engine.flush();
  await ben.open();
  await ben.hears(id, 'not now');
}, 30_000);

test('a place in the order that is taken is not taken twice, and the person is told [R8]', async () => {
  await sayToAda(ben, id, {
    class: 1,
    content: { kind: 'text', payload: text('the other first'), seq: 1, previous: new Uint8Array(32) },
  });
  expect(await ada.texts(id)).not.toContain('the other first');
  await ada.noticed('E_EQUIV', 'two different things');
}, 30_000);

test('words from a clock that is ages ahead have a date that can be drawn [R8]', async () => {
  await sayToAda(ben, id, {
    class: 1,
    content: { kind: 'text', payload: text('from the far end'), sentAt: Number.MAX_SAFE_INTEGER },
  });
  await ada.hears(id, 'from the far end');
  const [message] = (await ada.messages(id)).slice(-1);
  expect(message?.sentAt).toBeLessThan(ada.time.clock() + 25 * 3600_000);
}, 30_000);

test('somebody else’s words, handed on with a changed byte or by somebody else, are not taken [R4]', async () => {
  const eve = await Client.register(server, `eve${people}`);
  const withEve = await acquaint(ada, eve);
  await ada.send(withEve, 'hello Eve');
  await eve.hears(withEve, 'hello Eve');
  await eve.send(withEve, 'hello Ada');
  await ada.hears(withEve, 'hello Ada');
  // What Ben has said to Ada, kept by him to give it again.
  server.deliver((delivery, who) => (who === 'ada' && delivery.class === 1 ? [] : [delivery]));
  const { id: lost } = await ben.send(id, 'kept back');
  await settle(server, ada, eve);
  const sent = await readSent(new MemoryStorage(ben.disk), lost);
  if (sent === null) throw new Error('nothing kept');
  const original = { header: sent.header, content: sent.content, signature: sent.signature };
  const bent = { ...original, signature: original.signature.with(100, (original.signature[100] ?? 0) ^ 1) };
  const unsigned = { ...original, signature: new Uint8Array(original.signature.length) };
  await sayToAda(eve, withEve, {
    class: 2,
    content: { kind: 'history', payload: historyPayload.encode(original) },
  });
  for (const payload of [bent, unsigned])
    await sayToAdaAgain(ben, {
      class: 2,
      content: { kind: 'history', payload: historyPayload.encode(payload) },
    });
  expect(await ada.texts(id)).not.toContain('kept back');
  // As it was, and by the one who said it, it is taken.
  await sayToAdaAgain(ben, {
    class: 2,
    content: { kind: 'history', payload: historyPayload.encode(original) },
  });
  await ada.hears(id, 'kept back');
}, 40_000);

/** Once more, from a device that is open or closed. */
async function sayToAdaAgain(client: Client, words: Words): Promise<void> {
  if (!client.isOpen) await client.open();
  await sayToAda(client, id, words);
}

test('nobody but a member says that something was read [R39]', async () => {
  const eve = await Client.register(server, `eve${people}`);
  const withEve = await acquaint(ada, eve);
  await ada.send(withEve, 'hello Eve');
  await eve.hears(withEve, 'hello Eve');
  await eve.send(withEve, 'hello Ada');
  await ada.hears(withEve, 'hello Ada');
  const { id: mine } = await ada.send(id, 'for Ben alone');
  await ben.hears(id, 'for Ben alone');
  await settle(server, ada, eve);
  const receipt = { conversation: fromHex(id), bodies: [fromHex(mine)], readAt: Date.now() };
  await sayToAda(eve, withEve, {
    class: 2,
    content: { kind: 'receipt', payload: receiptPayload.encode(receipt) },
  });
  await ada.engine.idle();
  expect((await ada.message(mine)).status).not.toBe('Read');
  await sayToAda(ben, id, {
    class: 2,
    content: { kind: 'receipt', payload: receiptPayload.encode(receipt) },
  });
  await ada.until(async () => (await ada.message(mine)).status === 'Read', 'Read');
}, 40_000);

test('every message says which devices it was sealed for, as its sender knew them [R13]', async () => {
  const listsNow = async () => {
    const storage = new MemoryStorage(ada.disk);
    const peers = await Promise.all([readPeer(storage, ada.account), readPeer(storage, ben.account)]);
    return hashOfLists(peers.filter((peer) => peer !== null));
  };
  const claimed = async (text: string) => {
    const { id: sent } = await ada.send(id, text);
    const kept = await readSent(new MemoryStorage(ada.disk), sent);
    return decodeContent(kept?.content ?? new Uint8Array(), 1).deviceListsHash;
  };
  const first = await claimed('to one device');
  expect(first).toEqual(await listsNow());
  const phone = await Client.signIn(server, ben.username, `phone${people}`);
  await ada.reconnect();
  const second = await claimed('to two devices');
  expect(second).toEqual(await listsNow());
  expect(second).not.toEqual(first);
  await phone.close();
}, 40_000);

test('a device whose certificate has run out gets nothing, and the others do [R15]', async () => {
  const phone = await Client.signIn(server, ben.username, `phone${people}`);
  await ada.reconnect();
  await ada.send(id, 'to both');
  await phone.hears(id, 'to both');
  // The phone's certificate is over: as it stands on Ada's disk, after the signature was verified.
  const storage = new MemoryStorage(ada.disk);
  const [[key, value] = ['', new Uint8Array()]] = await storage.list('peers', { prefix: ben.account });
  const pin = JSON.parse(new TextDecoder().decode(value));
  for (const device of pin.devices) if (device.device === phone.device) device.expires = Date.now() - 1;
  await ada.close();
  await storage.commit([{ store: 'peers', key, value: new TextEncoder().encode(JSON.stringify(pin)) }]);
  await server.app.deps.db.write((tx) =>
    tx.run('UPDATE devices SET expires_at = $1 WHERE id = $2', [Date.now() - 1, phone.device]),
  );
  server.app.pass(CACHED_MS);
  await ada.open();
  await ada.send(id, 'to one');
  await ben.hears(id, 'to one');
  await phone.reconnect();
  expect(await phone.texts(id)).not.toContain('to one');
  await phone.close();
}, 40_000);
