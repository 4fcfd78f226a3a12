import { afterEach, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { bytesLiteral } from '../../test/support/database.ts';
import { auditAfter } from '../store/audit.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

const add = (count: number) =>
  app.deps.db.write(async (tx) => {
    for (let n = 0; n < count; n++)
      await app.deps.services.audit.record(tx, {
        actor: n % 2 === 0 ? 'mina' : null,
        action: 'file.begun',
        subject: `file ${n}`,
        detail: { size: n },
      });
  });
const change = (sql: string) => app.deps.db.write((tx) => tx.run(sql));

test('an empty log and a long one are whole, and the head moves with every row', async () => {
  const { audit } = app.deps.services;
  expect(await audit.verify()).toEqual({ entries: 0, head: '0'.repeat(64), broken: null });
  await add(2300);
  const before = await audit.verify();
  expect(before).toMatchObject({ entries: 2300, broken: null });
  await add(1);
  const after = await audit.verify();
  expect(after).toMatchObject({ entries: 2301, broken: null });
  expect(after.head).not.toBe(before.head);
  const [first] = await auditAfter(app.deps.db, 0, 1);
  expect(first).toMatchObject({ seq: 1, actor: 'mina', subject: 'file 0', detail: '{"size":0}' });
});

test('any field of any row that is another one is found, and so is a row that is missing or put in', async () => {
  const { audit } = app.deps.services;
  await add(5);
  for (const set of [
    'at = at + 1',
    "actor = 'ravi'",
    'actor = NULL',
    "action = 'file.removed'",
    "subject = 'x'",
    "detail = '{}'",
    `previous = ${bytesLiteral('00')}`,
    `hash = ${bytesLiteral('00')}`,
  ]) {
    const [row] = await app.deps.db.read('SELECT * FROM audit WHERE seq = 3');
    await change(`UPDATE audit SET ${set} WHERE seq = 3`);
    expect((await audit.verify()).broken).toBe(3);
    await app.deps.db.write((tx) =>
      tx.run(
        'UPDATE audit SET at = $1, actor = $2, action = $3, subject = $4, detail = $5, previous = $6, hash = $7 WHERE seq = 3',
        [row?.at, row?.actor, row?.action, row?.subject, row?.detail, row?.previous, row?.hash].map(
          (value) => value ?? null,
        ),
      ),
    );
    expect((await audit.verify()).broken).toBeNull();
  }
  await change('DELETE FROM audit WHERE seq = 3');
  expect((await audit.verify()).broken).toBe(3);
  await change('UPDATE audit SET seq = seq - 1 WHERE seq > 3');
  expect((await audit.verify()).broken).toBe(3);
});

test('rows that are taken from the end leave another head than the one that was noted', async () => {
  const { audit } = app.deps.services;
  await add(5);
  const noted = await audit.verify();
  await change('DELETE FROM audit WHERE seq = 5');
  const now = await audit.verify();
  expect(now.broken).toBeNull();
  expect(now.head).not.toBe(noted.head);
});

test('what is not stored is not in the log', async () => {
  const { audit } = app.deps.services;
  const failing = app.deps.db.write(async (tx) => {
    await audit.record(tx, { actor: null, action: 'file.begun', subject: 'x' });
    throw new Error('something else went wrong');
  });
  await expect(failing).rejects.toThrow('something else');
  expect((await audit.verify()).entries).toBe(0);
});

test('the same within an hour is noted once, by several at once and after a restart too', async () => {
  const { audit } = app.deps.services;
  const fetched = { actor: 'mina', action: 'file.fetched', subject: 'f' } as const;
  await Promise.all([1, 2, 3, 4].map(() => audit.recordHourly(fetched)));
  await audit.recordHourly({ ...fetched, actor: 'ravi' });
  const { createAudit } = await import('./audit.ts');
  await createAudit(app.deps).recordHourly(fetched);
  expect((await audit.verify()).entries).toBe(2);
  app.pass(3600_001);
  await audit.recordHourly(fetched);
  expect((await audit.verify()).entries).toBe(3);
});

test('somebody who is refused all the time does not fill it', async () => {
  const { audit } = app.deps.services;
  const refused = { actor: 'eve', action: 'file.refused', subject: 'f', detail: { tried: 'fetch' } } as const;
  for (let n = 0; n < 100; n++) await audit.refused(refused);
  expect((await audit.verify()).entries).toBe(20);
  await audit.refused({ ...refused, actor: 'mallory' });
  expect((await audit.verify()).entries).toBe(21);
  app.pass(3600_001);
  await audit.refused(refused);
  expect((await audit.verify()).entries).toBe(22);
});

test('several rows of one transaction are bound in their order', async () => {
  const { audit } = app.deps.services;
  const entries = ['a', 'b', 'c'].map((subject) => ({ actor: null, action: 'file.begun', subject }) as const);
  await app.deps.db.write(async (tx) => {
    await audit.recordAll(tx, entries);
    await audit.recordAll(tx, []);
    await audit.recordAll(tx, entries);
  });
  expect(await audit.verify()).toMatchObject({ entries: 6, broken: null });
  const found = await audit.find({}, null, 10);
  expect(found.map(({ seq, subject }) => `${seq}${subject}`)).toEqual(['6c', '5b', '4a', '3c', '2b', '1a']);
  expect(await audit.head()).toEqual({ entries: 6, head: found[0]?.hash ?? '' });
});

test('rows are found by who, whom, what, when and about what, newest first, page by page', async () => {
  const { audit } = app.deps.services;
  const say = (
    actor: string | null,
    action: 'file.begun' | 'file.removed' | 'account.role',
    subject: string,
  ) => app.deps.db.write((tx) => audit.record(tx, { actor, action, subject }));
  const start = app.deps.clock();
  await say('mina', 'file.begun', 'f1');
  await say('ravi', 'file.begun', 'f2');
  await say('ada', 'account.role', 'mina');
  app.pass(100_000_000);
  const later = app.deps.clock();
  await say('mina', 'file.removed', 'f1');
  await say('mina', 'account.role', 'mina');
  await say(null, 'file.removed', 'f2');

  const seqs = async (filter: Parameters<typeof audit.find>[0], before: number | null = null, limit = 10) =>
    (await audit.find(filter, before, limit)).map(({ seq }) => seq);
  expect(await seqs({})).toEqual([6, 5, 4, 3, 2, 1]);
  expect(await seqs({}, 5, 2)).toEqual([4, 3]);
  expect(await seqs({ account: 'mina' })).toEqual([5, 4, 3, 1]);
  expect(await seqs({ account: 'mina' }, 4)).toEqual([3, 1]);
  expect(await seqs({ actions: ['file.begun', 'file.removed'] })).toEqual([6, 4, 2, 1]);
  expect(await seqs({ account: 'mina', actions: ['account.role'] })).toEqual([5, 3]);
  expect(await seqs({ subject: 'f1' })).toEqual([4, 1]);
  expect(await seqs({ subject: 'f1', account: 'mina', actions: ['file.removed'] })).toEqual([4]);
  expect(await seqs({ from: later })).toEqual([6, 5, 4]);
  expect(await seqs({ from: start, to: later })).toEqual([3, 2, 1]);
  expect(await seqs({ to: start })).toEqual([]);
  expect(await seqs({ from: later + 100_000_000 })).toEqual([]);
  const all = await Array.fromAsync(audit.all({ account: 'mina' }));
  expect(all.map(({ seq }) => seq)).toEqual([1, 3, 4, 5]);
});

test('what is exported is everything, also beyond one page of the table', async () => {
  await add(2300);
  const seqs = (await Array.fromAsync(app.deps.services.audit.all({ actions: ['file.begun'] }))).map(
    ({ seq }) => seq,
  );
  expect(seqs).toEqual(Array.from({ length: 2300 }, (_, index) => index + 1));
});

test('a detail holds keys of the list and nothing else, wherever it comes from', async () => {
  const { audit } = app.deps.services;
  const from = { size: 3, name: 'budget.xlsx', text: 'hello' };
  await app.deps.db.write((tx) =>
    audit.record(tx, { actor: null, action: 'file.begun', subject: 'x', detail: { ...from } }),
  );
  expect((await audit.find({}, null, 1))[0]?.detail).toEqual({ size: 3 });
});
