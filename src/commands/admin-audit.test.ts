import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../config.ts';
import { silent } from '../ops/log.ts';
import { createAudit } from '../services/audit.ts';
import type { Tx } from '../store/db.ts';
import { openData } from './open.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sotto-admin-'));
});
afterEach(() => rmSync(data, { recursive: true }));

async function change(
  act: (tx: Tx, audit: ReturnType<typeof createAudit>) => Promise<unknown>,
): Promise<void> {
  const ports = await openData(parseConfig(['--data', data], {}), silent);
  await ports.db.write((tx) => act(tx, createAudit(ports)));
  await ports.db.close();
}

/** The command as its own process. */
function check() {
  const main = join(import.meta.dir, '../main.ts');
  const child = Bun.spawnSync([process.execPath, main, 'admin', 'audit', '--data', data, '--json']);
  return { code: child.exitCode, said: JSON.parse(child.stdout.toString()) as unknown };
}

test('a log that is whole ends with 0 and its newest hash, one that was changed with 1 and where', async () => {
  await change(async (tx, audit) => {
    for (const subject of ['a', 'b', 'c'])
      await audit.record(tx, { actor: null, action: 'file.begun', subject });
  });
  const whole = check();
  expect(whole).toEqual({
    code: 0,
    said: { event: 'audit', entries: 3, head: expect.stringMatching(/^[0-9a-f]{64}$/), broken: null },
  });
  await change((tx) => tx.run("UPDATE audit SET subject = 'x' WHERE seq = 2"));
  expect(check()).toMatchObject({ code: 1, said: { entries: 1, broken: 2 } });
});
