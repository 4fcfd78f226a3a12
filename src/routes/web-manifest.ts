/** The installed app (W3C Web Application Manifest). It is the same for everybody and names no workspace. */
import { t } from '../contract/words.ts';
import type { Deps } from '../deps.ts';

export const WEB_MANIFEST_PATH = '/manifest.webmanifest';

export function webManifest(assets: Deps['assets']) {
  const icon = (file: string, sizes: string, purpose: 'any' | 'maskable') => ({
    src: assets.url(file),
    sizes,
    type: file.endsWith('.svg') ? 'image/svg+xml' : 'image/png',
    purpose,
  });
  return {
    name: 'Sotto',
    short_name: 'Sotto',
    description: t('Post-quantum end-to-end encrypted team chat.'),
    id: '/',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    // Of the light look: the manifest knows no other, and the pages name both.
    background_color: '#fbfaf7',
    theme_color: '#f4f1eb',
    categories: ['business', 'social'],
    icons: [
      icon('icon.svg', 'any', 'any'),
      icon('icon-192.png', '192x192', 'any'),
      icon('icon-512.png', '512x512', 'any'),
      icon('icon-maskable.png', '512x512', 'maskable'),
    ],
    shortcuts: [
      {
        name: t('New conversation'),
        url: '/#new-conversation',
        icons: [icon('icon-192.png', '192x192', 'any')],
      },
    ],
  };
}
