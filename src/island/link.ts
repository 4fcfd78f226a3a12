/** GET /link: this browser asks to become a device, shows a code, and says whose device it would be before it is one. */

import { EnrolError } from '../client/enrol.ts';
import { httpCalls } from '../client/http-relay.ts';
import { httpLinks } from '../client/link/link-transport.ts';
import { type LinkOffer, type PendingLink, requestLink } from '../client/link/request.ts';
import { describeAgent } from '../contract/agent.ts';
import { t } from '../contract/words.ts';
import { browserCrypto } from './crypto.ts';
import type { IslandForm } from './form.ts';
import { openStorage } from './local-storage.ts';
import { loadQr } from './part.ts';
import { showStep, writeMark } from './steps.ts';
import { askToPersist } from './storage.ts';
import { OPTIONS } from './transport.ts';

/** Takes the form and shows the first code. */
export function takeLink(form: IslandForm): void {
  let pending: PendingLink | null = null;
  let offer: LinkOffer | null = null;

  const run = async () => {
    showStep('code');
    writeMark('link-code', '');
    form.progress(t('Making your keys…'));
    pending = await requestLink(
      {
        crypto: await browserCrypto(),
        links: httpLinks(httpCalls(OPTIONS)),
        openStorage,
        pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      },
      describeAgent(navigator.userAgent),
    );
    const { code, text } = pending;
    writeMark('link-code', code);
    const place = document.querySelector('[data-link-qr]');
    // Without the picture the code is still there to be typed.
    if (place)
      void loadQr().then(
        ({ drawQr }) => drawQr(place, text, t('The code as a picture, for the camera of your other device')),
        () => {},
      );
    form.progress(t('Waiting for your other device…'));
    offer = await pending.approved();
    writeMark('link-person', `${offer.username} (${offer.name})`);
    writeMark('link-check', offer.check);
    showStep('confirm');
  };
  const begin = () =>
    form.runBeside(async () => {
      try {
        await run();
      } catch (error) {
        showStep('over');
        throw error;
      }
    });

  form.take(async () => {
    if (!offer) return;
    form.progress(t('Opening your messages…'));
    try {
      const { storage } = await offer.accept();
      await askToPersist();
      await storage.close();
      location.assign('/');
    } catch (error) {
      if (!(error instanceof EnrolError && error.code === 'offline')) showStep('over');
      throw error;
    }
  });
  document.querySelector('[data-link-decline]')?.addEventListener('click', async () => {
    await offer?.decline();
    offer = null;
    showStep('over');
  });
  document.querySelector('[data-link-again]')?.addEventListener('click', () => void begin());
  // Whoever leaves does not come back for this code.
  addEventListener('pagehide', () => void (offer === null && pending?.cancel()));
  void begin();
}
