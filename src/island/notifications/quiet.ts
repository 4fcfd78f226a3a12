/** The times of quiet, also where the service worker can read them: it has no keys. They are times and nothing else. */
import type { Engine } from '../../client/engine-types.ts';
import { QUIET_KEY, QUIET_ROOM } from '../../contract/notices.ts';
import { isQuiet, type Quiet } from '../../contract/quiet.ts';

/** Leaves them for the service worker, as they are now. */
export async function shareQuiet(quiet: Quiet): Promise<void> {
  if (!('caches' in globalThis)) return;
  await (await caches.open(QUIET_ROOM)).put(QUIET_KEY, new Response(JSON.stringify(quiet)));
}

/** Whether this is a moment of quiet on this device's clock. */
export async function isQuietNow(client: Engine): Promise<boolean> {
  const now = new Date();
  return isQuiet(await client.quiet(), now.getTime(), now.getHours() * 60 + now.getMinutes());
}
