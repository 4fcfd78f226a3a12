/** A process that writes numbers one after the other and keeps its log elsewhere: `DATA KEPT FIRST`. Says `answered N` and `kept N` in lines. */
import { join } from 'node:path';
import { createFolderPlace } from '../../src/ops/wal/folder-place.ts';
import { Shipper } from '../../src/ops/wal/shipper.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { createPairs, SHIPPING, writePair } from './wal.ts';

const [data = '', to = '', first = '1'] = process.argv.slice(2);
const db = openSqlite(join(data, 'sotto.sqlite'), { keepsLog: true });
await createPairs(db);
const shipper = new Shipper({
  place: createFolderPlace(to),
  data,
  db,
  ...SHIPPING,
  clock: Date.now,
  keep: 24 * 3600_000,
  // The log begins anew again and again.
  foldBytes: 300_000,
});

let answered = Number(first) - 1;
const write = async () => {
  for (;;) {
    const n = answered + 1;
    await writePair(db, n);
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
