/** Every page of Sotto, the manifest of the installed app, and how errors look. */
import { Elysia } from 'elysia';
import { ErrorPage } from '../../views/pages/notice.tsx';
import type { ErrorBody } from '../contract/errors.ts';
import type { Deps } from '../deps.ts';
import { adminPages } from './pages-admin.ts';
import { authPages } from './pages-auth.ts';
import { conversationPages } from './pages-conversations.ts';
import { bareSite, type PageDeps } from './pages-frame.ts';
import { settingsPages } from './pages-settings.ts';

export const pageRoutes = (deps: PageDeps) =>
  new Elysia({ name: 'pages' })
    .use(authPages(deps))
    .use(conversationPages(deps))
    .use(settingsPages(deps))
    .use(adminPages(deps))
    .get('/manifest.webmanifest', async () => {
      const { name } = await deps.services.accounts.workspace();
      return new Response(JSON.stringify(manifest(name, deps.assets)), {
        headers: { 'content-type': 'application/manifest+json' },
      });
    });

/** Draws a refusal as a page. Needs no database: it is what is left when that is away. */
export const errorPage =
  (deps: Pick<Deps, 'assets'>) =>
  (status: number, body: ErrorBody): JSX.Element =>
    ErrorPage({ site: bareSite(deps.assets), status, message: body.message });

/** The installed app (W3C Web Application Manifest). */
function manifest(workspace: string, assets: Deps['assets']) {
  const name = workspace === '' ? 'Sotto' : `${workspace} · Sotto`;
  const icon = (file: string, sizes: string, purpose: 'any' | 'maskable') => ({
    src: assets.url(file),
    sizes,
    type: file.endsWith('.svg') ? 'image/svg+xml' : 'image/png',
    purpose,
  });
  return {
    name,
    short_name: workspace === '' ? 'Sotto' : workspace,
    id: '/',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#fbfaf7',
    theme_color: '#f4f1eb',
    icons: [
      icon('icon.svg', 'any', 'any'),
      icon('icon-192.png', '192x192', 'any'),
      icon('icon-512.png', '512x512', 'any'),
      icon('icon-maskable.png', '512x512', 'maskable'),
    ],
  };
}
