/**
 * How the server is, for admins. Forbidden for everybody else.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin/health (span: day, month or year) | warnings, figures, usage, jobs |
 */
import { Elysia } from 'elysia';
import { Health } from '../../views/admin/health.tsx';
import { t } from '../contract/words.ts';
import { backupAt, type FigureDeps, readFigures } from '../services/figures.ts';
import { warningsOf } from '../services/health-checks.ts';
import { USAGE_SPANS } from '../services/usage.ts';
import { createFrame, type PageDeps } from './pages-frame.ts';

export const healthPages = (deps: PageDeps & FigureDeps) => {
  const frame = createFrame(deps);
  return new Elysia({ name: 'pages-health' }).get('/admin/health', async ({ request }) => {
    const session = await frame.enter(request);
    if (session instanceof Response) return session;
    await frame.guard.may(request, 'health.see');
    const asked = new URL(request.url).searchParams.get('span');
    const span = USAGE_SPANS.find((each) => each === asked) ?? 'day';
    const [figures, registry, usage] = await Promise.all([
      readFigures(deps),
      deps.ops.meter.registry(),
      deps.services.usage.over(span),
    ]);
    const [requests, answered, limited, signIns, signInsRefused, pushes, pushesFailed] = await Promise.all([
      registry.total('httpRequests'),
      registry.by('httpRequests', 'status'),
      registry.total('rateLimited'),
      registry.total('signIns', { result: 'ok' }),
      registry.total('signIns', { result: 'refused' }),
      registry.total('pushes', { result: 'sent' }),
      registry.total('pushes', { result: 'failed' }),
    ]);
    let failed = 0;
    for (const [status, count] of answered) if (status.startsWith('5')) failed += count;
    const props = {
      ...figures,
      role: session.role,
      warnings: warningsOf(figures),
      memory: figures.process.residentBytes,
      auditRows: figures.audit.rows,
      backupAt: figures.backups.elsewhere ? ('elsewhere' as const) : backupAt(figures.backups),
      logKept: figures.shipping && { until: figures.shipping.until },
      mailWaiting: figures.mail?.waiting ?? null,
      counted: { requests, failed, limited, signIns, signInsRefused, pushes, pushesFailed },
      span,
      usage,
    };
    const draw = () => ({ title: t('Health'), pane: Health(props) });
    return frame.pane(request, session, { page: 'admin', draw });
  });
};
