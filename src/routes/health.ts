/** GET /healthz: the process answers. GET /readyz: it can store what it is given. */
import { Elysia } from 'elysia';
import type { Deps } from '../deps.ts';

export const healthRoutes = (deps: Pick<Deps, 'db'>) =>
  new Elysia({ name: 'health' })
    .get('/healthz', () => new Response('ok\n', { headers: { 'content-type': 'text/plain' } }))
    .get('/readyz', async () => {
      await deps.db.write((tx) => tx.get('SELECT 1 AS one'));
      return new Response('ready\n', { headers: { 'content-type': 'text/plain' } });
    });
