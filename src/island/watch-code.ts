/** Starts the service worker, which from then on compares what this server serves with what was accepted. */
import { TAKE_OVER } from '../contract/served.ts';
import { serviceWorkerAddress } from './trusted-types.ts';

/** After the page has loaded, so that the first visit waits for nothing. A browser without it goes on without it. */
export function watchCode(): void {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const start = () =>
    void serviceWorker
      .register(serviceWorkerAddress(), { scope: '/', updateViaCache: 'none' })
      .then(({ waiting }) => waiting?.postMessage(TAKE_OVER))
      .catch(() => {});
  if (document.readyState === 'complete') start();
  else addEventListener('load', start, { once: true });
}
