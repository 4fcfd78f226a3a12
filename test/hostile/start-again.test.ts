/**
 * A server, or an admin, that starts somebody's account again to stand in their place: with a real link and a real client,
 * so that directory, log and lists agree with each other.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { httpAgain } from '../../src/client/enrol/again-transport.ts';
import { startAgain } from '../../src/client/enrol.ts';
import { httpCalls } from '../../src/client/http-relay.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { acquaint, Client } from './support/client.ts';
import { HostileServer, WHO } from './support/server.ts';

let server: HostileServer;
let ada: Client;
let ben: Client;
let people = 0;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
}, 60_000);
beforeEach(async () => {
  ben = await Client.register(server, `ben${++people}`);
  ada.events.length = 0;
}, 60_000);
afterEach(async () => {
  server.behave();
  await ben.close();
});
afterAll(async () => {
  await ada.close();
  await server.close();
});

/** Somebody else takes Ben's account over; gives their device. */
async function takeOver(): Promise<string> {
  const { links } = server.app.deps.services.startAgain;
  const { token } = await links.create(null, ben.username);
  const impostor = Client.at(server, 'impostor');
  const again = httpAgain(httpCalls({ origin: server.url, headers: () => ({ [WHO]: 'impostor' }) }));
  const { device } = await startAgain(impostor.tools(), again, { token, password: 'not the one of Ben' });
  return device;
}

async function mustNotLeave(id: ConversationId, reason: RegExp, device: string): Promise<void> {
  const posts = () => server.asked('ada', PATHS.messages).length;
  const before = posts();
  const message = await ada.send(id, 'for Ben alone');
  expect(message.status).toBe('Failed');
  expect(message.reason).toMatch(reason);
  expect(posts()).toBe(before);
  const { db } = server.app.deps;
  expect(await db.read('SELECT number FROM envelopes WHERE device = $1', [device])).toEqual([]);
}

test('an account started again for somebody else: the others are told, and nothing leaves by itself [R15]', async () => {
  const id = await acquaint(ada, ben);
  await ada.send(id, 'hello');
  await ben.hears(id, 'hello');
  const device = await takeOver();
  await ada.noticed('identity', 'new identity');
  await mustNotLeave(id, /new identity: nothing is sent until you have acknowledged it/, device);
}, 60_000);

test('an account started again for somebody else: who had verified the person is stopped hard [R15]', async () => {
  const id = await acquaint(ada, ben);
  await ada.engine.setVerified(ben.account, true);
  const device = await takeOver();
  await ada.noticed('identity', 'new identity');
  await expect(ada.engine.acknowledgeIdentity(ben.account)).rejects.toThrow('compare the safety number');
  await mustNotLeave(id, /no longer the one you verified/, device);
}, 60_000);

test('an account started again behind the back of its owner: the owner is told by the log, and sends nothing [R37]', async () => {
  const id = await acquaint(ada, ben);
  const { db } = server.app.deps;
  const kept = await db.read<Record<string, string | number | Uint8Array | null>>(
    'SELECT * FROM sessions WHERE account = $1',
    [ben.account],
  );
  const [device] = await db.read<{ certificate: Uint8Array }>(
    'SELECT certificate FROM devices WHERE id = $1',
    [ben.device],
  );
  ben.disconnect();
  await takeOver();
  // The server lets the old device in as if nothing had happened.
  await db.write(async (tx) => {
    for (const session of kept) {
      const columns = Object.keys(session);
      const marks = columns.map((_, index) => `$${index + 1}`);
      await tx.run(
        `INSERT INTO sessions (${columns.join(', ')}) VALUES (${marks.join(', ')})`,
        Object.values(session),
      );
    }
    await tx.run('UPDATE devices SET revoked_at = NULL, certificate = $1 WHERE id = $2', [
      device?.certificate ?? null,
      ben.device,
    ]);
  });
  await ben.reconnect();
  await ben.noticed('E_KT', 'log');
  expect(await ben.engine.log()).toMatchObject({ frozen: true, evidence: [{ kind: 'account' }] });
  expect((await ben.send(id, 'is anybody there?')).status).toBe('Failed');
}, 60_000);
