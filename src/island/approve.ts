/**
 * GET /approve: a code from the new device, then the vault opened once more, here and now (R38). The code comes from this
 * form or from the camera, never from an address.
 */

import type { Unlocked } from '../client/enrol.ts';
import { httpCalls } from '../client/http-relay.ts';
import { approveLink, type FoundLink, findLink, type GivenApproval } from '../client/link/approve.ts';
import { httpLinks } from '../client/link/link-transport.ts';
import { LINK_POLL_MS } from '../contract/links.ts';
import { t } from '../contract/words.ts';
import { browserCrypto } from './crypto.ts';
import { FieldError, IslandForm } from './form.ts';
import { openUnlockedStorage } from './local-storage.ts';
import { openWithPasskey, openWithSecret } from './open-vault.ts';
import { loadQr } from './part.ts';
import { showStep, writeMark } from './steps.ts';
import { fullOf } from './times.ts';
import { OPTIONS } from './transport.ts';

const links = httpLinks(httpCalls(OPTIONS));

/** Takes the page's forms, one for each step. */
export function takeApproval(form: IslandForm): void {
  let found: FoundLink | null = null;
  const stepForm = (name: string): IslandForm | null => {
    const element = document.querySelector<HTMLFormElement>(`form[data-step="${name}"]`);
    return element && new IslandForm(element);
  };

  const find = async (code: string) => {
    found = await findLink({ crypto: await browserCrypto(), links }, code);
    writeMark('link-agent', found.agent);
    writeMark('link-asked', fullOf(found.createdAt));
    showStep('vault');
  };
  form.take(async () => {
    const code = form.text('linkCode');
    if (code === '') throw new FieldError('linkCode', t('Enter the code that the new device shows.'));
    await find(code);
  });
  offerCamera(form, find);

  const vault = stepForm('vault');
  const wait = stepForm('wait');
  let given: GivenApproval | null = null;
  const approve = async (unlocked: Unlocked) => {
    if (!found || !vault) return;
    vault.progress(t('Signing for the new device…'));
    const storage = await openUnlockedStorage(unlocked.signedIn.account);
    try {
      given = await approveLink({ crypto: await browserCrypto(), links }, unlocked, found, storage);
    } finally {
      await storage?.close();
    }
    writeMark('link-check', given.check);
    showStep('wait');
    follow(() => given).catch((error: unknown) => wait?.fail(error));
  };
  vault?.take(
    async () => approve(await openWithSecret(vault)),
    async () => approve(await openWithPasskey(vault)),
  );
  wait?.take(async () => {
    await given?.withdraw();
    given = null;
    finish(t('The approval is taken back. Nothing was added.'));
  });
}

/** Waits until the new device is one, or is not going to be. */
async function follow(current: () => GivenApproval | null): Promise<void> {
  for (let given = current(); given !== null; given = current()) {
    const state = await given.outcome();
    if (current() === null) return;
    if (state === 'done') return finish(t('The new device is one of yours now.'));
    if (state === 'cancelled')
      return finish(t('Nothing was added: the new device said no, or waited too long.'));
    await new Promise((resolve) => setTimeout(resolve, LINK_POLL_MS));
  }
}

function finish(sentence: string): void {
  writeMark('link-result', sentence);
  for (const back of document.querySelectorAll<HTMLElement>('[data-step-back]')) back.hidden = true;
  showStep('done');
}

/** Shows the button for the camera where there may be one. */
function offerCamera(form: IslandForm, find: (code: string) => Promise<void>): void {
  const button = document.querySelector<HTMLButtonElement>('button[data-scan]');
  const place = document.querySelector('[data-scan-place]');
  if (!button || !place || !navigator.mediaDevices) return;
  button.hidden = false;
  let stop: (() => void) | null = null;
  button.addEventListener('click', async () => {
    if (stop) return stop();
    const { scanQr } = await loadQr();
    const scan = scanQr(place);
    stop = scan.stop;
    button.textContent = t('Stop the camera');
    // The code may be typed while the camera looks.
    try {
      const code = await scan.text;
      await form.runBeside(() => find(code));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      form.fail(
        error instanceof Error && error.name === 'NoCamera'
          ? new FieldError('linkCode', t('{reason} Type the code instead.', { reason: error.message }))
          : error,
      );
    } finally {
      stop = null;
      button.textContent = t('Scan the code');
    }
  });
}
