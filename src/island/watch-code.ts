/** Starts the service worker, which from then on compares what this server serves with what was accepted. */
import { KEEP_FILES, TAKE_OVER } from '../contract/served.ts';
import { serviceWorkerAddress } from './trusted-types.ts';

/**
 * After the page has loaded, so that the first visit waits for nothing. A browser without it goes on without it. The
 * workspace asks it to `keep` what opens it while the server is away.
 */
export function watchCode({ keep = false } = {}): void {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const start = () =>
    void serviceWorker
      .register(serviceWorkerAddress(), { scope: '/', updateViaCache: 'none' })
      .then(async ({ waiting }) => {
        waiting?.postMessage(TAKE_OVER);
        if (keep) (await serviceWorker.ready).active?.postMessage(KEEP_FILES);
      })
      .catch(() => {});
  if (document.readyState === 'complete') start();
  else addEventListener('load', start, { once: true });
}
