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

test('entries come as lines, JSON or CSV, filtered, and that they were taken along is noted', async () => {
  const ports = await openData(parseConfig(['--data', data], {}), silent);
  const { createServices } = await import('../services/services.ts');
  const services = createServices(ports, () => 'http://localhost:3000');
  const { audit } = await import('./admin-audit.ts');
  await ports.db.write((tx) =>
    services.audit.recordAll(tx, [
      { actor: null, action: 'file.begun', subject: 'a', detail: { size: 7 } },
      { actor: 'mina', action: 'file.removed', subject: '=b' },
    ]),
  );
  const said = async (args: Parameters<typeof audit>[1]) => {
    const lines: string[] = [];
    const code = await audit(services, args, ports.clock(), (line) => lines.push(line));
    return { code, lines };
  };
  expect((await said({ since: 60_000 })).lines.map((line) => line.slice(25))).toEqual([
    'file.begun server a size=7',
    'file.removed mina =b',
  ]);
  const csv = await said({ csv: true, action: 'file.removed' });
  expect(csv.lines.join('\n')).toContain(",mina,file.removed,'=b,{},");
  const json = await said({ json: true, since: 60_000, check: true });
  expect(json.lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'entry', seq: 1 },
    { event: 'entry', seq: 2 },
    { event: 'entry', action: 'audit.exported', detail: { format: 'csv' } },
    { event: 'entry', action: 'audit.exported', detail: { format: 'jsonl' } },
    { event: 'audit', entries: 4, broken: null },
  ]);
  await expect(said({ person: 'nobody' })).rejects.toThrow('There is nobody called nobody here.');
  await expect(said({ action: 'file.eaten' })).rejects.toThrow('--action is one of');
  await ports.db.close();
});
