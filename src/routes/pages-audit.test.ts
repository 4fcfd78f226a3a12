import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addPerson, openCookie, type Someone } from '../../test/support/relay.ts';
import type { AuditRecord } from '../contract/audit.ts';
import { auditFile, csvCell } from '../services/audit-export.ts';

let app: TestApp;
let ada: Someone;
let mina: Someone;

beforeAll(async () => {
  app = await startApp();
  const { db } = app.deps;
  const { audit } = app.deps.services;
  ada = await addPerson(db, 0, 1, 'Ada Kern');
  mina = await addPerson(db, 0, 1, 'Mina <b>Ito');
  await db.write((tx) => tx.run("UPDATE accounts SET role = 'auditor' WHERE id = $1", [ada.account]));
  const conversation = 'c'.repeat(64);
  await db.write(async (tx) => {
    for (let n = 0; n < 120; n++)
      await audit.record(tx, {
        actor: n % 2 === 0 ? mina.account : null,
        action: n === 60 ? 'account.role' : 'file.begun',
        subject: n === 60 ? ada.account : `file${n}`,
        detail: { size: 1_500_000, conversation },
      });
  });
});
afterAll(() => app.stop());

async function open(path: string, as: Someone | null, form?: Readonly<Record<string, string>>) {
  const response = await fetch(app.origin + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      ...(as ? { cookie: await openCookie(app.deps, as) } : {}),
      origin: app.origin,
      'accept-language': 'en',
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(form ? { body: new URLSearchParams(form).toString() } : {}),
  });
  return { status: response.status, html: await response.text(), headers: response.headers };
}
const seqsIn = (html: string) => [...html.matchAll(/data-seq="(\d+)"/g)].map(([, seq]) => Number(seq));

test('is for those who may read it: an auditor, and nobody below an admin', async () => {
  expect((await open('/admin/audit', ada)).status).toBe(200);
  expect((await open('/admin/audit', null)).status).toBe(303);
  for (const [path, form] of [
    ['/admin/audit', undefined],
    ['/admin/audit/export', { format: 'csv' }],
    ['/admin/audit/check', {}],
  ] as const)
    expect((await open(path, mina, form)).status).toBe(403);
});

test('pages of rows, newest first, with names looked up and never the log’s own, and no raw JSON', async () => {
  const { html } = await open('/admin/audit?what=files', ada);
  expect(seqsIn(html)).toEqual(Array.from({ length: 50 }, (_, index) => 120 - index));
  expect(html).toContain('Mina &lt;b&gt;Ito');
  expect(html).toContain('1.5 MB');
  expect(html).not.toContain('&quot;size&quot;');
  const next = /href="([^"]*before=71[^"]*)"/.exec(html)?.[1];
  expect(next).toBe('/admin/audit?what=files&amp;before=71');
  const second = await open('/admin/audit?what=files&before=71', ada);
  expect(seqsIn(second.html)[0]).toBe(70);
  expect(seqsIn((await open('/admin/audit?what=files&before=21', ada)).html)).toHaveLength(20);
});

test('a filter of person, action, day and id; a wrong one is said beside its field', async () => {
  const day = new Date(app.deps.clock()).toISOString().slice(0, 10);
  const one = await open(`/admin/audit?what=account.role&person=${ada.account}&from=${day}&to=${day}`, ada);
  expect(seqsIn(one.html)).toEqual([61]);
  expect(one.html).toContain('Role changed');
  expect(seqsIn((await open('/admin/audit?what=accounts', ada)).html)).toEqual([61]);
  expect(seqsIn((await open('/admin/audit?about=file7', ada)).html)).toEqual([8]);
  expect(seqsIn((await open(`/admin/audit?to=2020-01-01`, ada)).html)).toEqual([]);
  const older = (await open(`/admin/audit?person=${mina.account}`, ada)).html;
  expect(older).toContain(`/admin/audit?person=${mina.account}&amp;before=`);
  for (const [query, said] of [
    ['person=nobody', 'Nobody here has the username nobody.'],
    ['from=yesterday', 'Write the day as 2026-03-31.'],
  ] as const) {
    const wrong = await open(`/admin/audit?${query}`, ada);
    expect(wrong.status).toBe(400);
    expect(wrong.html).toContain(said);
  }
});

test('an export holds all rows of the filter, says so in the log, and needs who asks to have shown who they are', async () => {
  const csv = await open('/admin/audit/export', ada, { format: 'csv', what: 'file.begun' });
  expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-.*\.csv"$/);
  const lines = csv.html.trim().split('\r\n');
  expect(lines[0]).toBe('seq,time,actor,action,subject,detail,hash');
  expect(lines).toHaveLength(1 + 119);
  const jsonl = await open('/admin/audit/export', ada, { format: 'jsonl', what: 'accounts' });
  const [row] = jsonl.html
    .trim()
    .split('\n')
    .map((line): AuditRecord => JSON.parse(line));
  expect(row).toMatchObject({ seq: 61, actor: mina.account, action: 'account.role', subject: ada.account });
  const noted = await app.deps.services.audit.find({ actions: ['audit.exported'] }, null, 10);
  expect(noted.map(({ actor, detail }) => [actor, detail.format])).toEqual([
    [ada.account, 'jsonl'],
    [ada.account, 'csv'],
  ]);
  expect((await open('/admin/audit/export', ada, { format: 'pdf' })).status).toBe(400);
  await app.deps.db.write((tx) => tx.run('UPDATE sessions SET verified_at = 0'));
  const cookie = await openCookie(app.deps, ada);
  await app.deps.db.write((tx) => tx.run('UPDATE sessions SET verified_at = 0'));
  const late = await fetch(`${app.origin}/admin/audit/export`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie,
      origin: app.origin,
      referer: `${app.origin}/admin/audit`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'format=csv',
  });
  expect(late.headers.get('location')).toBe('/confirm?then=%2Fadmin%2Faudit');
});

test('the chain is checked on the page, and a row that was changed is named', async () => {
  const whole = await open('/admin/audit/check', ada, {});
  expect(whole.html).toContain('every entry is as it was written');
  const { head } = await app.deps.services.audit.head();
  expect(whole.html).toContain(head);
  // What was filtered stays filtered: the export beside it takes what is seen.
  const filtered = await open('/admin/audit/check', ada, { what: 'account.role' });
  expect(filtered.html).toContain('every entry is as it was written');
  expect(seqsIn(filtered.html)).toEqual([61]);
  await app.deps.db.write((tx) => tx.run("UPDATE audit SET detail = '{}' WHERE seq = 9"));
  expect((await open('/admin/audit/check', ada, {})).html).toContain(
    'entry <b>9</b> is not what was written',
  );
});

test('a cell is never a formula, and quotes, commas and lines stay in their cell', async () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])
    expect(csvCell(formula).replace(/^"/, '')).toStartWith("'");
  expect(csvCell('a"b,c\nd')).toBe('"a""b,c\nd"');
  async function* rows(): AsyncGenerator<AuditRecord> {
    yield {
      seq: 1,
      at: 0,
      actor: '=x',
      action: 'file.begun',
      subject: 'a,b',
      detail: { size: 1 },
      hash: 'ff',
    };
  }
  const pieces = await Array.fromAsync(auditFile(rows(), 'csv'));
  expect(Buffer.concat(pieces).toString().split('\r\n')[1]).toBe(
    `1,1970-01-01T00:00:00.000Z,'=x,file.begun,"a,b","{""size"":1}",ff`,
  );
});

test('who asks for what their role does not allow is noted, so many times an hour', async () => {
  for (let n = 0; n < 25; n++) expect((await open('/admin/audit', mina)).status).toBe(403);
  const { audit } = app.deps.services;
  const noted = await audit.find({ actions: ['access.refused'], account: mina.account }, null, 100);
  expect(noted[0]?.detail).toEqual({ needs: 'audit.read', role: 'member' });
  expect(noted).toHaveLength(20);
});
