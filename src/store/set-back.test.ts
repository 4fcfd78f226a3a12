import { expect, test } from 'bun:test';
import { addPerson } from '../../test/support/relay.ts';
import { migrate } from './migrate.ts';
import { DROPPED, KEPT, setBack } from './set-back.ts';
import { putSetting, readSetting } from './settings.ts';
import { openSqlite } from './sqlite.ts';

const open = async () => {
  const db = openSqlite(':memory:');
  await migrate(db);
  return db;
};

test('says of every table what a restore does with it', async () => {
  const db = await open();
  const tables = await db.read<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const known = [...Object.keys(DROPPED), ...Object.keys(KEPT)].toSorted();
  expect(tables.map(({ name }) => name)).toEqual(known);
});

test('nothing that was used up or ended comes again, and numbers of messages go on above those of the past', async () => {
  const db = await open();
  const { device } = (await addPerson(db, 0)).session();
  await db.write(async (tx) => {
    await tx.run("INSERT INTO prekey_batches (device, batch, root, size) VALUES ($1, 'b', $2, 1)", [
      device,
      new Uint8Array(32),
    ]);
    await tx.run(
      "INSERT INTO one_time_prekeys (device, id, batch, position, leaf, path) VALUES ($1, 7, 'b', 0, $2, $3)",
      [device, new Uint8Array(1), new Uint8Array(32)],
    );
    await tx.run('UPDATE message_numbers SET highest = 5');
    await putSetting(tx, 'workspace_key', new Uint8Array(32));
  });
  const at = 1_800_000_000_000;
  await db.write((tx) => setBack(tx, { at, from: at - 1 }));
  for (const table of Object.keys(DROPPED)) {
    const [row] = await db.read<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`);
    expect(row?.n).toBe(0);
  }
  const [row] = await db.read<{ highest: number }>('SELECT highest FROM message_numbers');
  expect(row?.highest).toBeGreaterThan(at * 1000);
  expect(await readSetting(db, 'restored')).not.toBeNull();
  expect(await readSetting(db, 'workspace_key')).toBeNull();
});
