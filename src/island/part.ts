/**
 * Parts of the island that reading and writing do not need: each is fetched when it is first asked for. The build makes a
 * file of every dynamic import, and what a part shares with the page stands in a file that both load.
 */
import { onDemand } from '../client/on-demand.ts';

/** Making and changing groups. */
export const loadGroups = () => onDemand(() => import('./groups/main.ts'));

/** Drawing QR codes, and reading them with the camera. */
export const loadQr = () => onDemand(() => import('./qr/main.ts'));

/** The settings: one's own devices, the transparency log. */
export const loadSettings = () => onDemand(() => import('./settings/main.ts'));

/** The page that stands in for the server's. */
export const loadOffline = () => onDemand(() => import('./offline/main.ts'));

/** The page that compares identities. */
export const loadVerify = () => onDemand(() => import('./verify.ts'));

/** "Who can read this". */
export const loadReaders = () => onDemand(() => import('./readers.ts'));
