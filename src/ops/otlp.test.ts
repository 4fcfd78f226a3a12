/** Traces as a collector gets them. */
import { afterAll, expect, test } from 'bun:test';
import { openSqlite } from '../store/sqlite.ts';
import { createLog } from './log.ts';
import { createMeter } from './meter.ts';
import { createTracing } from './otlp.ts';
import { serving } from './serving.ts';
import { createStores } from './stores.ts';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string }[];
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

const sent: Sent[] = [];
const paths: string[] = [];
const collector = Bun.serve({
  port: 0,
  async fetch(request) {
    paths.push(new URL(request.url).pathname);
    sent.push((await request.json()) as Sent);
    return Response.json({});
  },
});
afterAll(() => collector.stop(true));
const spans = () =>
  sent.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((each) => each.spans)),
  );

test('a request and the work on the disk are spans of the caller’s trace, sent together, without contents', async () => {
  const tracing = createTracing(`http://localhost:${collector.port}`);
  const traceId = 'a1'.repeat(16);
  const span = tracing.begin('POST', `00-${traceId}-${'b2'.repeat(8)}-01`);
  const log = createLog('error', Date.now, () => {});
  const stores = createStores({ log, meter: createMeter(), clock: Date.now });
  const db = stores.watchDb(openSqlite(':memory:'));
  await serving({ id: 'request-1', span }, async () => {
    await db.write((tx) => tx.run("CREATE TABLE secrets (words TEXT DEFAULT 'nobody reads this')"));
    await db.write((tx) => tx.run('SELECT nothing')).catch(() => {});
  });
  span.rename('POST /api/v1/messages');
  span.set({ 'http.route': '/api/v1/messages', 'http.response.status_code': 200 });
  span.end();
  await tracing.close();
  await db.close();

  expect(new Set(paths)).toEqual(new Set(['/v1/traces']));
  const [request] = spans().filter(({ name }) => name === 'POST /api/v1/messages');
  expect(request).toMatchObject({ traceId, parentSpanId: 'b2'.repeat(8) });
  expect(span.traceparent).toBe(`00-${traceId}-${request?.spanId}-01`);
  const writes = spans().filter(({ name }) => name === 'db.write');
  expect(writes.map((write) => write.parentSpanId)).toEqual([request?.spanId, request?.spanId]);
  // One of them failed: the kind of error, and nothing of what was to be stored.
  expect(writes.map(({ status }) => status.code ?? 0).sort()).toEqual([0, 2]);
  expect(JSON.stringify(sent)).not.toContain('nobody reads');
  expect(JSON.stringify(sent)).not.toContain('secrets');
});

test('what is not well formed begins a trace of its own', async () => {
  const tracing = createTracing(`http://localhost:${collector.port}`);
  for (const header of [
    null,
    '',
    'junk',
    `00-${'0'.repeat(32)}-${'b2'.repeat(8)}-01`,
    `ff-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`,
  ]) {
    const span = tracing.begin('GET', header);
    expect(span.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(span.traceparent).not.toContain('a1'.repeat(16));
    span.end();
  }
  await tracing.close();
});

test('nobody waits for a collector that is away', async () => {
  const tracing = createTracing('http://localhost:1');
  const startedAt = performance.now();
  for (let count = 0; count < 5000; count++) tracing.begin('GET', null).end();
  expect(performance.now() - startedAt).toBeLessThan(2000);
  await tracing.close().catch(() => {});
}, 20_000);
