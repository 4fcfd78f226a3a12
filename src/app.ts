/** The server as one Elysia instance, from what it is given. No I/O at import: a test builds one in a line. */
import { Elysia } from 'elysia';
import { MAX_POST_BYTES } from './contract/limits.ts';
import type { Deps } from './deps.ts';
import { requests } from './http/requests.ts';
import { assetRoutes } from './routes/assets.ts';
import { healthRoutes } from './routes/health.ts';

/** Seconds without a byte before a connection is dropped: slow senders hold nothing. */
const IDLE_TIMEOUT_S = 60;

export const createApp = (deps: Deps) =>
  new Elysia({ serve: { maxRequestBodySize: MAX_POST_BYTES, idleTimeout: IDLE_TIMEOUT_S } })
    .use(requests(deps, (status, body) => `<!doctype html><title>${status}</title><p>${body.message}`))
    .use(healthRoutes(deps))
    .use(assetRoutes(deps));
