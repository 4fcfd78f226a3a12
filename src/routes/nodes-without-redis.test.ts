/** Two nodes on one database that were given no Redis: it is not set up so, and nothing is wrong for longer than seconds. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { openTestDb } from '../../test/support/database.ts';
import { addPerson, makePost, openCookie, randomBytes } from '../../test/support/relay.ts';
import { connect } from '../../test/support/socket.ts';
import { until } from '../../test/support/until.ts';
import { PATHS } from '../contract/paths.ts';
import { type Delivery, SOCKET_PROTOCOL } from '../contract/relay.ts';
import { silent } from '../ops/log.ts';
import { createMarkedHub } from '../realtime/marked.ts';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { createMissed } from '../store/missed.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-alone-'));
let db: Db;
let a: TestApp;
let b: TestApp;

beforeAll(async () => {
  db = await openTestDb(join(folder, 'sotto.sqlite'));
  await migrate(db);
  const node = () => {
    const hub = createMarkedHub(createMissed(db, randomBytes), silent, { missed: 50, anyway: 60_000 });
    return startApp({ node: { db, hub } });
  };
  [a, b] = await Promise.all([node(), node()]);
});
afterAll(async () => {
  await Promise.all([a.stop(), b.stop()]);
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

test('members, sessions and policies that are other ones on one node are so on the other, and messages arrive', async () => {
  const [mina, ravi] = [
    await addPerson(db, Date.now(), 1, 'Mina'),
    await addPerson(db, Date.now(), 1, 'Ravi'),
  ];
  const { conversations, delivery, policies, sessions } = a.deps.services;
  const there = b.deps.services;
  const { id: conversation } = await conversations.createDirect(mina.session(), ravi.account);
  const cookie = await openCookie(b.deps, ravi);
  const socket = await connect(b.origin + PATHS.socket, { cookie, protocols: [SOCKET_PROTOCOL] });
  const { id, bytes } = makePost({ sender: mina.session(), conversation, to: ravi.devices });
  await delivery.send(mina.session(), bytes);
  await socket.next<Delivery>((frame) => frame.id === id);

  expect(await there.conversations.membersOf(conversation)).toHaveLength(2);
  await db.write((tx) => tx.run('DELETE FROM members WHERE account = $1', [ravi.account]));
  conversations.forget(conversation);
  await until(async () => (await there.conversations.membersOf(conversation))?.length === 1, 'removed');

  const told = new Promise<boolean>((resolve) =>
    there.policies.onChange(({ secondFactor }) => secondFactor === 'required' && resolve(true)),
  );
  await policies.write({ secondFactor: 'required' });
  expect(await told).toBe(true);

  const asks = async () => (await fetch(b.origin + PATHS.presence, { headers: { cookie } })).status;
  expect(await asks()).not.toBe(401);
  await sessions.endAll(ravi.account);
  await until(async () => (await asks()) === 401, 'signed out');
  socket.close();
});
