/** A process that writes numbers one after the other and keeps its log elsewhere: `DATA KEPT FIRST`. Says `answered N` and `kept N` in lines. */
import { join } from 'node:path';
import { silent } from '../../src/ops/log.ts';
import { createFolderPlace } from '../../src/ops/wal/folder-place.ts';
import { Shipper } from '../../src/ops/wal/shipper.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { PASSPHRASE } from './wal.ts';

const [data = '', to = '', first = '1'] = process.argv.slice(2);
const db = openSqlite(join(data, 'sotto.sqlite'), { keepsLog: true });
await db.write((tx) =>
  tx.run('CREATE TABLE IF NOT EXISTS pairs (n BIGINT, half BIGINT, filling BYTEA, PRIMARY KEY (n, half))'),
);
const shipper = new Shipper({
  place: createFolderPlace(to),
  data,
  db,
  passphrase: PASSPHRASE,
  cost: { memory: 64, passes: 1, lanes: 1 },
  release: '0.0.0',
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  clock: Date.now,
  log: silent,
  keep: 24 * 3600_000,
  // The log begins anew again and again.
  foldBytes: 300_000,
});

let answered = Number(first) - 1;
const write = async () => {
  for (;;) {
    const n = answered + 1;
    await db.write(async (tx) => {
      for (const half of [0, 1])
        await tx.run('INSERT INTO pairs (n, half, filling) VALUES ($1, $2, $3)', [
          n,
          half,
          crypto.getRandomValues(new Uint8Array(3000)),
        ]);
    });
    answered = n;
    console.log(`answered ${n}`);
    // What people send comes from sockets: a loop of writes alone would let no file be read.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
};
void write();
for (;;) {
  const before = answered;
  await shipper.look(true);
  if (shipper.state().failing !== null) throw new Error(shipper.state().failing ?? '');
  console.log(`kept ${before}`);
}
