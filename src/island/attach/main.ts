/** Attaching files to what is written, carrying them to the server, and showing them on their way. */
import { sweepSpools } from './sweep.ts';

export { attachFiles, countAttached, sendAttached, sendVersion } from './attached.ts';
export { openPending } from './pending.ts';
export { showTray } from './tray.ts';
export { openUploads } from './uploads.ts';

void sweepSpools().catch((error) => console.info(error));
