/**
 * How the server is, for programs.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /healthz | nothing | 200: the process answers |
 * | GET /readyz | nothing | 200: it can store what it is given; 503 when not, and while it stops |
 * | GET /metrics | this machine, the token, or `health.see` | figures in the text format of Prometheus; 404 for others |
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Elysia } from 'elysia';
import { may } from '../contract/permissions.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import { createGuard } from '../http/session.ts';
import { createReadiness } from '../ops/readiness.ts';
import { readFigures, samplesOf } from '../services/figures.ts';
import { warningsOf } from '../services/health-checks.ts';

export const healthRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const ready = createReadiness(deps.db, deps.clock);

  return new Elysia({ name: 'health' })
    .get('/healthz', () => plain('ok\n'))
    .get('/readyz', async () => {
      if (deps.ops.stopping.draining) return plain('stopping\n', 503);
      await ready();
      return plain('ready\n');
    })
    .get('/metrics', async ({ request }) => {
      if (!(await maySee(request))) throw new Refusal('NotFound', 'There is nothing here.');
      const [figures, registry] = await Promise.all([readFigures(deps), deps.ops.meter.registry()]);
      return new Response(await registry.write(samplesOf(figures, warningsOf(figures))), {
        headers: { 'content-type': registry.contentType },
      });
    });

  async function maySee(request: Request): Promise<boolean> {
    if (isLocal(request, deps)) return true;
    const [, token = ''] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    if (token !== '') return deps.config.metricsToken !== null && isSame(token, deps.config.metricsToken);
    const session = await guard.session(request);
    return session !== null && !session.weak && may(session.role, 'health.see');
  }
};

/**
 * Whether a program on this machine asks, and not a reverse proxy on it for somebody else. A proxy says so in a header, or leaves the
 * name that was asked for as it is; where people come by https and this process has no certificate, one stands before it for sure.
 */
function isLocal(request: Request, { peer, config }: Pick<Deps, 'peer' | 'config'>): boolean {
  const { address, isProxy } = peer(request);
  const isLoopback = address === '::1' || address?.startsWith('127.') === true;
  if (!isLoopback || isProxy || FORWARDED.some((name) => request.headers.has(name))) return false;
  if (config.url?.startsWith('https:') && config.tls === null) return false;
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(request.headers.get('host') ?? '');
}
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];

/** Takes as long for any token. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

const plain = (text: string, status = 200) =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
