/** Starts the service worker, which from then on compares what this server serves with what was accepted. */
import { KEEP_FILES, TAKE_OVER } from '../contract/served.ts';
import { serviceWorkerAddress } from './trusted-types.ts';

/** Every file of the release is fetched and hashed then: it waits until what people came for is long there. Milliseconds. */
const KEEP_AFTER_MS = 5000;

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
      .then(({ waiting }) => {
        waiting?.postMessage(TAKE_OVER);
        if (keep) setTimeout(() => void keepFiles(serviceWorker), KEEP_AFTER_MS);
      })
      .catch(() => {});
  if (document.readyState === 'complete') start();
  else addEventListener('load', start, { once: true });
}

async function keepFiles({ ready }: ServiceWorkerContainer): Promise<void> {
  (await ready).active?.postMessage(KEEP_FILES);
}
