/** A node that reaches neither its database nor the others, for long: what it tries again and again does not become more. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { openTestDb } from '../../test/support/database.ts';
import { addPerson, makePost, openCookie } from '../../test/support/relay.ts';
import { connect } from '../../test/support/socket.ts';
import { until } from '../../test/support/until.ts';
import { PATHS } from '../contract/paths.ts';
import { SOCKET_PROTOCOL } from '../contract/relay.ts';
import { createLocalHub } from '../realtime/local.ts';
import { type Db, DbUnavailable } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-away-'));
let db: Db;
let app: TestApp;
let isAway = false;
const asked = { envelopes: 0, policies: 0 };
const missed: (() => void)[] = [];

beforeAll(async () => {
  db = await openTestDb(join(folder, 'sotto.sqlite'));
  await migrate(db);
  const away: Db = {
    write: (change) => db.write(change),
    close: async () => {},
    read: async (sql, params = []) => {
      const of = sql.includes('FROM envelopes')
        ? 'envelopes'
        : params.includes('policies')
          ? 'policies'
          : null;
      if (of !== null) asked[of]++;
      if (of !== null && isAway) throw new DbUnavailable('away');
      return db.read(sql, params);
    },
  };
  app = await startApp({
    node: { db: away, hub: { ...createLocalHub(), onMissed: (handle) => void missed.push(handle) } },
  });
});
afterAll(async () => {
  await app.stop();
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

test('each socket, and each memory, asks the database once every other second, however often it heard that it missed something', async () => {
  const [mina, ravi] = [await addPerson(db, 0, 1, 'Mina'), await addPerson(db, 0, 1, 'Ravi')];
  const { conversations, delivery } = app.deps.services;
  const { id: conversation } = await conversations.createDirect(mina.session(), ravi.account);
  const cookie = await openCookie(app.deps, ravi);
  const sockets = [
    await connect(app.origin + PATHS.socket, { cookie, protocols: [SOCKET_PROTOCOL] }),
    await connect(`${app.origin}/socket`, { cookie }),
  ];
  for (const socket of sockets) await socket.next((frame) => frame.event === 'hello');
  const say = async () => {
    const { id, bytes } = makePost({ sender: mina.session(), conversation, to: ravi.devices });
    await delivery.send(mina.session(), bytes);
    return id;
  };
  const first = await say();
  for (const socket of sockets) await socket.next((frame) => JSON.stringify(frame).includes(first));
  isAway = true;
  for (let round = 1; round <= 20; round++) {
    const before = asked.envelopes;
    for (const hear of missed) hear();
    await until(() => asked.envelopes > before, 'a look');
  }
  const [envelopes, policies] = [asked.envelopes, asked.policies];
  // Whatever is tried again has been by then.
  const late = performance.now() + 2500;
  await until(
    () => performance.now() > late && asked.envelopes > envelopes && asked.policies > policies,
    'tried again',
  );
  const id = await say();
  isAway = false;
  for (const socket of sockets) await socket.next((frame) => JSON.stringify(frame).includes(id));
  expect(asked.envelopes - envelopes).toBeLessThan(10);
  expect(asked.policies - policies).toBeLessThan(8);
  for (const socket of sockets) socket.close();
});
