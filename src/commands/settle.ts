/** Makes a database that was put back to an earlier time one that can go on (store/set-back.ts), and notes that in its audit log. */
import { silent } from '../ops/log.ts';
import { createAudit } from '../services/audit.ts';
import type { Db } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { setBack } from '../store/set-back.ts';
import { openSqlite } from '../store/sqlite.ts';

/** @param from epoch milliseconds of the state that is gone back to; @param release that it was left by */
export async function settle(db: Db, from: number, release: string): Promise<void> {
  await migrate(db);
  const audit = createAudit({ db, clock: Date.now, log: silent });
  await db.write(async (tx) => {
    await setBack(tx, { at: Date.now(), from });
    await audit.record(tx, {
      actor: null,
      action: 'backup.restored',
      subject: '',
      detail: { at: from, release },
    });
  });
}

/** The same for a database file that nobody has open. */
export async function settleFile(path: string, from: number, release: string): Promise<void> {
  const db = openSqlite(path);
  try {
    await settle(db, from, release);
  } finally {
    await db.close();
  }
}
