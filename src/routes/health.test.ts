/** How the server is, for programs: who may see it, and that what is written is the format that Prometheus reads. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { join } from '../../test/support/person.ts';
import { METRICS } from '../ops/metrics.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ config: { metricsToken: 'a token of this test' } });
});
afterAll(() => app.stop());

const metrics = (headers: Record<string, string> = {}) => fetch(`${app.origin}/metrics`, { headers });
/** As it comes from a reverse proxy on the same machine. */
const PROXIED = { 'x-forwarded-for': '203.0.113.7' };

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What promtool checks of the text format: order, one HELP and TYPE for each name, well-formed names, labels and values. */
function parse(body: string): readonly Series[] {
  const series: Series[] = [];
  const types = new Map<string, string>();
  let current = '';
  expect(body.endsWith('\n')).toBe(true);
  for (const line of body.split('\n').filter((each) => each !== '')) {
    const comment = /^# (HELP|TYPE) ([a-z_][a-z0-9_]*) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') {
        expect(types.has(name)).toBe(false);
        current = name;
      } else {
        expect(name).toBe(current);
        expect(['counter', 'gauge', 'histogram']).toContain(rest);
        types.set(name, rest);
      }
      continue;
    }
    const sample = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) throw new Error(`not a sample: ${line}`);
    const [, name = '', inner = '', value = ''] = sample;
    const base = types.get(current) === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') : name;
    expect(base).toBe(current);
    expect(Number.isNaN(Number(value.replace('+Inf', 'Infinity')))).toBe(false);
    const labels = Object.fromEntries(
      [...inner.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(([, label, text]) => [label, text]),
    );
    series.push({ name, labels, value: Number(value) });
  }
  const keys = series.map(({ name, labels }) => name + JSON.stringify(Object.entries(labels).sort()));
  expect(new Set(keys).size).toBe(keys.length);
  return series;
}

test('what is written is well formed, and all of it is in the table', async () => {
  await fetch(`${app.origin}/nowhere/secret-token-1`);
  await fetch(`${app.origin}/nowhere/secret-token-2`);
  const answer = await metrics();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toStartWith('text/plain; version=0.0.4');
  const body = await answer.text();
  const series = parse(body);
  const names = [...body.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name, kind]) => `${name} ${kind}`).sort();
  expect(names).toEqual(METRICS.map(({ name, kind }) => `${name} ${kind}`).sort());
  for (const { name, kind } of METRICS) expect(name.endsWith('_total')).toBe(kind === 'counter');
  const value = (name: string) => series.find((each) => each.name === name)?.value;
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(value('sotto_db_bytes')).toBeGreaterThan(0);
  expect(value('sotto_disk_bytes')).toBeGreaterThan(0);
  // Unknown is not zero.
  expect(value('sotto_certificate_end_timestamp_seconds')).toBeUndefined();
  expect(value('sotto_backup_age_seconds')).toBeUndefined();
});

test('addresses that people make up are one series, and every route of the workspace is one', async () => {
  for (let number = 0; number < 30; number++) await fetch(`${app.origin}/made/up/${number}`);
  for (let number = 0; number < 30; number++) await fetch(`${app.origin}/conversations/${number}`);
  const body = await (await metrics()).text();
  expect(body).not.toContain('made/up');
  const routes = new Set(
    parse(body)
      .filter(({ name }) => name === 'sotto_http_requests_total')
      .map(({ labels }) => labels.route ?? ''),
  );
  expect(routes).toContain('none');
  const known = new Set(app.routes().map(({ path }) => path));
  for (const route of routes) expect(route === 'none' || known.has(route)).toBe(true);
  // A method that somebody makes up is no label either.
  await fetch(`${app.origin}/healthz`, { method: 'PROPFIND' });
  expect(await (await metrics()).text()).not.toContain('PROPFIND');
});

test('figures are for this machine, for the token and for who may see them: nobody else learns that they exist', async () => {
  expect((await metrics()).status).toBe(200);
  expect((await metrics(PROXIED)).status).toBe(404);
  expect((await metrics({ ...PROXIED, authorization: 'Bearer wrong' })).status).toBe(404);
  expect((await metrics({ ...PROXIED, authorization: 'Bearer a token of this test' })).status).toBe(200);
  const owner = await join(app.origin, await app.deps.services.invites.createSetupToken(), 'ada', {
    workspaceName: 'Test',
  });
  expect((await metrics({ ...PROXIED, cookie: owner.cookie })).status).toBe(200);
  const { token } = await app.deps.services.invites.create(null, {
    role: 'member',
    uses: 1,
    expiresIn: 60_000,
  });
  const member = await join(app.origin, token, 'ben');
  expect((await metrics({ ...PROXIED, cookie: member.cookie })).status).toBe(404);
  // Nor for a password alone where the workspace asks for more.
  await app.deps.services.policies.write({ secondFactor: 'required' });
  expect((await metrics({ ...PROXIED, cookie: owner.cookie })).status).toBe(404);
  await app.deps.services.policies.write({ secondFactor: 'optional' });
  // Whoever reached this server by a public name came through something.
  expect((await metrics({ host: 'chat.example.org' })).status).toBe(404);
});

test('sign-ins, refusals by limit and failed requests are counted', async () => {
  const count = async (name: string, labels: Record<string, string>) =>
    parse(await (await metrics()).text())
      .filter((each) => each.name === name)
      .filter((each) => Object.entries(labels).every(([label, text]) => each.labels[label] === text))
      .reduce((sum, { value }) => sum + value, 0);
  const before = await count('sotto_sign_ins_total', { result: 'refused' });
  await fetch(`${app.origin}/api/v1/sign-in/password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'nobody', secret: Buffer.alloc(32).toString('base64url') }),
  });
  expect(await count('sotto_sign_ins_total', { result: 'refused' })).toBe(before + 1);
  expect(await count('sotto_http_requests_total', { route: '/api/v1/sign-in/password' })).toBe(before + 1);
  expect(
    await count('sotto_http_request_duration_seconds_count', { route: '/api/v1/sign-in/password' }),
  ).toBe(before + 1);
});

test('while others take over everything is answered but what would stay, and connections end', async () => {
  const own = await startApp();
  try {
    let left = 0;
    own.deps.ops.stopping.onLeave(() => left++);
    own.deps.ops.stopping.drain();
    expect((await fetch(`${own.origin}/readyz`)).status).toBe(503);
    const answered = await fetch(`${own.origin}/api/v1/workspace`);
    expect(answered.status).toBe(200);
    expect(answered.headers.get('connection')).toBe('close');
    const socket = await fetch(`${own.origin}/socket`, { headers: { upgrade: 'websocket' } });
    expect(socket.status).toBe(503);
    expect(left).toBe(0);
    own.deps.ops.stopping.leave();
    own.deps.ops.stopping.begin();
    expect(left).toBe(1);
  } finally {
    await own.stop();
  }
});

test('it answers, says whether it can store, and that it stops', async () => {
  expect((await fetch(`${app.origin}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${app.origin}/readyz`)).text()).toBe('ready\n');
  const own = await startApp();
  try {
    own.deps.ops.stopping.begin();
    const ready = await fetch(`${own.origin}/readyz`);
    expect(ready.status).toBe(503);
    expect((await fetch(`${own.origin}/healthz`)).status).toBe(200);
    // What comes now is refused before it is begun, and told when to come again.
    const late = await fetch(`${own.origin}/api/v1/workspace`);
    expect(late.status).toBe(503);
    expect(late.headers.get('retry-after')).toBe('2');
    expect(late.headers.get('connection')).toBe('close');
    expect(await late.json()).toMatchObject({ error: 'Unavailable', retry_after: 2 });
  } finally {
    await own.stop();
  }
});
