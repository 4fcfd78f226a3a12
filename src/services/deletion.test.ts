import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { columnsOf, tablesOf } from '../../test/support/database.ts';
import { addGroup, callsAs } from '../../test/support/files.ts';
import { addPerson, makePost, openCookie, type Someone } from '../../test/support/relay.ts';
import type { ConversationId } from '../contract/ids.ts';
import { PATHS } from '../contract/paths.ts';
import { auditOf } from '../store/audit.ts';
import type { Value } from '../store/db.ts';
import { PERSONAL_TABLES, personalRows } from '../store/personal-data.ts';
import { ORPHAN_AGE_MS } from './blob-writes.ts';

let app: TestApp;
let ada: Someone;
let mina: Someone;
let ravi: Someone;
beforeEach(async () => {
  app = await startApp();
  const { db } = app.deps;
  ada = await addPerson(db, app.deps.clock(), 1, 'Ada Kern');
  mina = await addPerson(db, app.deps.clock(), 2, 'Mina Ito-Secret');
  ravi = await addPerson(db, app.deps.clock(), 1, 'Ravi');
  await db.write((tx) => tx.run("UPDATE accounts SET role = 'owner' WHERE id = $1", [ada.account]));
});
afterEach(() => app.stop());

/** A row of any table: what is not given is something that is not null. */
async function fill(table: string, given: Readonly<Record<string, Value>>): Promise<void> {
  const { db } = app.deps;
  const schema = await columnsOf(db, table);
  const some = (type: string): Value =>
    type === 'BIGINT' ? 1 : type === 'BYTEA' ? new Uint8Array([1]) : crypto.randomUUID();
  const columns = schema.filter(
    ({ name, required, preset }) => name in given || (required === 1 && preset === null) || name === 'id',
  );
  const values = columns.map(({ name, type }) => given[name] ?? some(type));
  const marks = columns.map((_, index) => `$${index + 1}`);
  const names = columns.map(({ name }) => name);
  await db.write((tx) =>
    tx.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks.join(', ')})`, values),
  );
}

/** One file with a chunk on the disk. */
const addFile = async (owner: Someone, conversation: ConversationId) =>
  (await (await callsAs(app, owner)).upload(10, conversation)).id;

const blobs = async () => (await app.deps.blobs.list(null, 100)).length;
const rowsOf = async (table: (typeof PERSONAL_TABLES)[number], person: Someone) =>
  (await personalRows(app.deps.db, table, person.account, { limit: 100, offset: 0 })).length;

/** Gives Mina something in every table, and what is hers alone. */
async function fillAll() {
  const { db, services } = app.deps;
  const account = mina.account;
  const [device = ''] = mina.devices;
  const direct = await services.conversations.createDirect(mina.session(), ravi.account);
  const notes = await services.conversations.createDirect(mina.session(), mina.account);
  const group = await addGroup(db, app.deps.clock(), [ada, mina, ravi]);
  const post = (from: Someone, conversation: ConversationId, to: readonly Someone[]) =>
    services.delivery.send(
      from.session(),
      makePost({
        sender: from.session(),
        conversation,
        to: to.flatMap(({ devices }) => devices).filter((each) => each !== from.devices[0]),
      }).bytes,
    );
  await post(ravi, direct.id, [mina]);
  await post(mina, direct.id, [mina, ravi]);
  const own = await addFile(mina, group);
  const theirs = await addFile(ravi, group);
  await fill('file_places', { file: theirs, conversation: direct.id, account });
  await openCookie(app.deps, mina);
  const [session] = await db.read<{ id: string }>('SELECT id FROM sessions WHERE account = $1', [account]);
  await fill('push_subscriptions', { session: session?.id ?? '', device });
  for (const table of ['passwords', 'recovery_codes', 'passkeys', 'vaults', 'second_factors', 'backup_codes'])
    await fill(table, { account });
  for (const table of [
    'vault_slots',
    'known_places',
    'new_places',
    'mail_outbox',
    'presence',
    'links',
    'backups',
  ])
    await fill(table, { account });
  await fill('mail_addresses', { account, address: 'mina-secret@example.org' });
  await fill('tokens', { account, device });
  await fill('invites', { created_by: account });
  await fill('start_again_links', { account });
  await fill('prekey_batches', { device, batch: 'b' });
  await fill('one_time_prekeys', { device, batch: 'b' });
  await fill('prekey_claims', { device, requester: account });
  for (let n = 0; n < 50; n++) await fill('backup_segments', { account, sealed: new Uint8Array(9) });
  await fill('parcels', { id: 'p', account, device });
  for (let n = 0; n < 30; n++) await fill('parcel_parts', { parcel: 'p', n });
  await fill('parcels', { id: 'q', account: ravi.account, device: ravi.devices[0] ?? '', recipient: device });
  await fill('shares', { id: 's', account, file: own });
  await fill('file_visits', { file: own, share: 's' });
  await fill('file_requests', { id: 'r', account });
  await fill('file_request_uploads', { file: own, request: 'r' });
  await fill('former_members', { conversation: group, account });
  await fill('roster_certificates', { hash: new Uint8Array([7]), aik: new Uint8Array() });
  await fill('roster_events', { conversation: group, certificate: new Uint8Array([7]) });
  await fill('log_leaves', { account, position: 0 });
  return { direct: direct.id, notes: notes.id, group, own, theirs, post };
}

test('everything of a person is gone: rows of every table, bytes on the disk, sessions; what stays is what is said to stay', async () => {
  const { db, services } = app.deps;
  const { notes, direct, own, theirs } = await fillAll();
  for (const table of PERSONAL_TABLES)
    expect(`${table.table} ${await rowsOf(table, mina)}`).not.toBe(`${table.table} 0`);
  const before = { ravi: await rowsOfAll(ravi), blobs: await blobs() };

  await services.deletion.delete(mina.session(), mina.account);

  for (const table of PERSONAL_TABLES)
    if (table.onDeletion === 'rows' || table.onDeletion === 'steps')
      expect(`${table.table} ${await rowsOf(table, mina)}`).toBe(`${table.table} 0`);
  expect(await blobs()).toBe(before.blobs - 1);
  expect(await db.read('SELECT id FROM files')).toEqual([{ id: theirs }]);
  expect(await db.read("SELECT id FROM parcels WHERE id IN ('p', 'q')")).toEqual([]);
  expect(await db.read('SELECT id FROM conversations WHERE id = $1', [notes])).toEqual([]);
  // Others lose what was on its way to her alone, nothing else of theirs.
  expect(await rowsOfAll(ravi)).toEqual({ ...before.ravi, bodies: 0 });
  expect((await services.conversations.find(ravi.account, direct)).members).toHaveLength(2);
  expect(await services.accounts.person(mina.account)).toEqual({
    account: mina.account,
    username: mina.account,
    name: 'Deleted account',
    role: 'member',
    disabled: true,
    deleted: true,
  });
  expect(app.events).toContainEqual(expect.objectContaining({ type: 'signed-out', account: mina.account }));
  const [noted] = (await auditOf(db, mina.account)).slice(-1);
  expect(noted).toMatchObject({ actor: mina.account, action: 'account.deleted' });
  expect((await auditOf(db, own)).at(-1)).toMatchObject({ action: 'file.removed' });
  expect(await everyText()).not.toMatch(/Secret|mina-secret/);
});

/** Rows of a person by table, without what others are owed of it. */
async function rowsOfAll(person: Someone) {
  const counts: Record<string, number> = {};
  for (const table of PERSONAL_TABLES)
    if (!['parcels', 'audit'].includes(table.table)) counts[table.table] = await rowsOf(table, person);
  return counts;
}

/** All words of the database. */
async function everyText(): Promise<string> {
  const { db } = app.deps;
  const texts: string[] = [];
  for (const name of await tablesOf(db)) texts.push(JSON.stringify(await db.read(`SELECT * FROM ${name}`)));
  return texts.join('\n');
}

test('the name is never free again, nobody can sign in, enable it or start it again', async () => {
  const { db, services } = app.deps;
  const cookie = await openCookie(app.deps, mina);
  await services.deletion.delete(null, mina.account);
  const inserted = db.write((tx) =>
    tx.run(
      `INSERT INTO accounts (id, username, name, role, aik, created_at) VALUES ('x', $1, 'Mina', 'member', $2, 1)`,
      [mina.account, new Uint8Array()],
    ),
  );
  await expect(inserted).rejects.toThrow(/unique/i);
  const me = await fetch(`${app.origin}${PATHS.people}`, { headers: { cookie } });
  expect(me.status).toBe(401);
  await expect(openCookie(app.deps, mina)).rejects.toThrow('disabled');
  await expect(services.accounts.setDisabled(mina.account, false)).rejects.toThrow('There is nobody called');
  await expect(services.accounts.setRole(mina.account, 'owner')).rejects.toThrow('There is nobody called');
  await expect(services.startAgain.links.create(null, mina.account)).rejects.toThrow();
  await expect(services.deletion.delete(null, mina.account)).rejects.toThrow('There is nobody');
});

test('the last owner stays; a member deletes nobody else, an admin no owner', async () => {
  const { db, services } = app.deps;
  const roleOf = (person: Someone, role: 'owner' | 'admin' | 'member') => ({ ...person.session(), role });
  const { deletion } = services;
  await expect(deletion.delete(roleOf(ada, 'owner'), ada.account)).rejects.toThrow('is the last owner');
  await expect(deletion.delete(roleOf(mina, 'member'), ravi.account)).rejects.toThrow('does not allow');
  await expect(deletion.delete(roleOf(mina, 'admin'), ada.account)).rejects.toThrow('does not allow');
  await deletion.delete(roleOf(mina, 'admin'), ravi.account);
  await db.write((tx) => tx.run("UPDATE accounts SET role = 'owner' WHERE id = $1", [mina.account]));
  await deletion.delete(roleOf(ada, 'owner'), ada.account);
  await expect(deletion.delete(null, mina.account)).rejects.toThrow('is the last owner');
});

test('a deletion that was cut off goes on by the job', async () => {
  const { db, services } = app.deps;
  await fillAll();
  const { remove } = app.deps.blobs;
  app.deps.blobs.remove = () => Promise.reject(new Error('the power went out'));
  await services.deletion.delete(null, mina.account);
  const [cut] = await db.read('SELECT erased_at FROM accounts WHERE id = $1', [mina.account]);
  expect(cut).toEqual({ erased_at: null });
  app.deps.blobs.remove = remove;
  await services.deletion.finish();
  const [done] = await db.read<{ erased_at: number | null }>('SELECT erased_at FROM accounts WHERE id = $1', [
    mina.account,
  ]);
  expect(done?.erased_at).toBeGreaterThan(0);
  // Its rows are gone already, so the bytes are found by the run that looks for such.
  app.pass(ORPHAN_AGE_MS);
  await services.fileCleanup.run();
  expect(await blobs()).toBe(1);
});

test('nobody writes to somebody who is gone, and a group goes on', async () => {
  const { services } = app.deps;
  const { direct, group, post } = await fillAll();
  await services.deletion.delete(null, mina.account);
  await expect(post(ravi, direct, [mina])).rejects.toThrow('This account was deleted.');
  const sent = await post(ravi, group, [mina, ada]);
  expect(sent.recipients).toBe(1);
  expect(await rowsOfEnvelopes(mina)).toBe(0);
});

const rowsOfEnvelopes = async (person: Someone) =>
  (await app.deps.db.read('SELECT number FROM envelopes WHERE device = $1', [person.devices[0] ?? '']))
    .length;

test('an export holds every row of a person, no secret, and names what it leaves out', async () => {
  const { services } = app.deps;
  await fillAll();
  await services.personalExport.note(mina.account, mina.account);
  const pieces = await Array.fromAsync(services.personalExport.of(mina.account));
  const text = Buffer.concat(pieces).toString();
  const given: {
    format: string;
    tables: Record<string, Record<string, unknown>[]>;
    leftOut: Record<string, Record<string, string>>;
  } = JSON.parse(text);
  expect(given.format).toBe('sotto personal data 1');
  for (const table of PERSONAL_TABLES) {
    const rows = given.tables[table.table] ?? [];
    expect(`${table.table} ${rows.length}`).toBe(`${table.table} ${await rowsOf(table, mina)}`);
    for (const row of rows) expect(Object.keys(row)).toEqual([...table.columns]);
    expect(given.leftOut[table.table] ?? {}).toEqual({ ...table.leftOut });
  }
  expect(given.tables.accounts).toMatchObject([{ id: mina.account, name: 'Mina Ito-Secret' }]);
  expect(given.tables.mail_addresses).toMatchObject([{ address: 'mina-secret@example.org' }]);
  expect(given.tables.envelopes?.[0]?.envelope).toEqual({ base64: expect.any(String) });
  expect(given.tables.backup_segments).toHaveLength(50);
  expect(text).not.toContain('Ravi');
  expect((await auditOf(app.deps.db, mina.account)).at(-1)).toMatchObject({ action: 'account.exported' });
});
