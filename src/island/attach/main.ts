/** Attaching files to what is written, carrying them to the server, and showing them on their way. */
export { attachFiles, countAttached, sendAttached, sendVersion } from './attached.ts';
export { openPending } from './pending.ts';
export { showTray } from './tray.ts';
export { openUploads } from './uploads.ts';
