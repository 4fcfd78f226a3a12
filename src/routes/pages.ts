/** Every page of Sotto, the manifest of the installed app, and how errors look. */
import { Elysia } from 'elysia';
import { ErrorPage } from '../../views/pages/notice.tsx';
import type { ErrorBody } from '../contract/errors.ts';
import type { Deps } from '../deps.ts';
import type { FigureDeps } from '../services/figures.ts';
import { auditPages } from './pages-audit.ts';
import { authPages } from './pages-auth.ts';
import { backupPages } from './pages-backups.ts';
import { conversationPages } from './pages-conversations.ts';
import { dataPages } from './pages-data.ts';
import { filePages } from './pages-files.ts';
import { bareSite, type PageDeps } from './pages-frame.ts';
import { healthPages } from './pages-health.ts';
import { invitePages } from './pages-invites.ts';
import { linkPages } from './pages-links.ts';
import { mailPages } from './pages-mail.ts';
import { peoplePages } from './pages-people.ts';
import { policyPages } from './pages-policies.ts';
import { restartPages } from './pages-restart.ts';
import { securityPages } from './pages-security.ts';
import { settingsPages } from './pages-settings.ts';
import { storagePages } from './pages-storage.ts';
import { tokenPages } from './pages-tokens.ts';
import { WEB_MANIFEST_PATH, webManifest } from './web-manifest.ts';

export const pageRoutes = (deps: PageDeps & FigureDeps) =>
  new Elysia({ name: 'pages' })
    .use(authPages(deps))
    .use(linkPages(deps))
    .use(conversationPages(deps))
    .use(filePages(deps))
    .use(settingsPages(deps))
    .use(dataPages(deps))
    .use(securityPages(deps))
    .use(mailPages(deps))
    .use(tokenPages(deps))
    .use(peoplePages(deps))
    .use(invitePages(deps))
    .use(restartPages(deps))
    .use(policyPages(deps))
    .use(auditPages(deps))
    .use(storagePages(deps))
    .use(healthPages(deps))
    .use(backupPages(deps))
    .get(
      WEB_MANIFEST_PATH,
      () =>
        new Response(JSON.stringify(webManifest(deps.assets)), {
          headers: { 'content-type': 'application/manifest+json' },
        }),
    );

/** Draws a refusal as a page. Needs no database: it is what is left when that is away. */
export const errorPage =
  (deps: Pick<Deps, 'assets'>) =>
  (status: number, body: ErrorBody): JSX.Element =>
    ErrorPage({ site: bareSite(deps.assets), status, message: body.message });
