/** The server as one Elysia instance, from what it is given. No I/O at import: a test builds one in a line. */
import { Elysia } from 'elysia';
import { MAX_POST_BYTES } from './contract/limits.ts';
import type { Deps } from './deps.ts';
import { requests } from './http/requests.ts';
import { accountRoutes } from './routes/account-api.ts';
import { assetRoutes } from './routes/assets.ts';
import { backupRoutes } from './routes/backup-api.ts';
import { confirmRoutes } from './routes/confirm-api.ts';
import { conversationApiRoutes } from './routes/conversations-api.ts';
import { deviceRoutes } from './routes/devices-api.ts';
import { docsRoutes } from './routes/docs.ts';
import { fileRequestRoutes } from './routes/file-requests-api.ts';
import { fileRoutes } from './routes/files-api.ts';
import { healthRoutes } from './routes/health.ts';
import { inviteRoutes } from './routes/invites-api.ts';
import { linkRoutes } from './routes/links-api.ts';
import { logRoutes } from './routes/log-api.ts';
import { messageRoutes } from './routes/messages.ts';
import { errorPage, pageRoutes } from './routes/pages.ts';
import { addressPage } from './routes/pages-address.ts';
import { trustPages } from './routes/pages-trust.ts';
import { parcelRoutes } from './routes/parcels-api.ts';
import { prekeyRoutes } from './routes/prekeys-api.ts';
import { presenceRoutes } from './routes/presence-api.ts';
import { pushRoutes } from './routes/push-api.ts';
import { registerRoutes } from './routes/register.ts';
import { shareRoutes } from './routes/shares-api.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { SOCKET_OPTIONS, socketRoutes } from './routes/socket.ts';
import { startAgainRoutes } from './routes/start-again-api.ts';
import { tokenRoutes } from './routes/tokens-api.ts';
import { waysRoutes } from './routes/ways-api.ts';

/** What is longer is cut off without a word; up to here `requests` refuses what is too large in a sentence. */
const MAX_BODY_READ = 4 * MAX_POST_BYTES;
/** Seconds without a byte before a connection is dropped: slow senders hold nothing. */
const IDLE_TIMEOUT_S = 60;

export const createApp = (deps: Deps) =>
  new Elysia({
    serve: { maxRequestBodySize: MAX_BODY_READ, idleTimeout: IDLE_TIMEOUT_S },
    websocket: SOCKET_OPTIONS,
  })
    .use(requests(deps, errorPage(deps), (request) => addressPage(request, deps)))
    .use(healthRoutes(deps))
    .use(trustPages(deps))
    .use(assetRoutes(deps))
    .use(registerRoutes(deps))
    .use(startAgainRoutes(deps))
    .use(signInRoutes(deps))
    .use(confirmRoutes(deps))
    .use(waysRoutes(deps))
    .use(accountRoutes(deps))
    .use(deviceRoutes(deps))
    .use(linkRoutes(deps))
    .use(prekeyRoutes(deps))
    .use(inviteRoutes(deps))
    .use(conversationApiRoutes(deps))
    .use(logRoutes(deps))
    .use(backupRoutes(deps))
    .use(parcelRoutes(deps))
    .use(fileRoutes(deps))
    .use(shareRoutes(deps))
    .use(fileRequestRoutes(deps))
    .use(presenceRoutes(deps))
    .use(pushRoutes(deps))
    .use(messageRoutes(deps))
    .use(tokenRoutes(deps))
    .use(docsRoutes(deps))
    .use(socketRoutes(deps))
    .use(pageRoutes(deps));
