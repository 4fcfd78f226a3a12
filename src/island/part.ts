/**
 * Parts of the island that reading and writing do not need: each is fetched when it is first asked for. The build makes a
 * file of every dynamic import, and what a part shares with the page stands in a file that both load.
 */

/** Making and changing groups. */
export const loadGroups = () => import('./groups/main.ts');

/** Drawing QR codes, and reading them with the camera. */
export const loadQr = () => import('./qr/main.ts');

/** The settings: one's own devices, the transparency log. */
export const loadSettings = () => import('./settings/main.ts');

/** The page that stands in for the server's. */
export const loadOffline = () => import('./offline/main.ts');
