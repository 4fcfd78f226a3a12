/** The sign-in page: password, passkey, or a passkey from the username field's suggestions. */

import {
  EnrolError,
  enrolDevice,
  signInWithPasskey,
  signInWithPassword,
  type Unlocked,
} from '../client/enrol.ts';
import { TransportRefused } from '../client/ports.ts';
import { t } from '../contract/words.ts';
import { FieldError, type IslandForm } from './form.ts';
import { PasskeyDismissed, supportsAutofill, usePasskey } from './passkey.ts';
import { askToPersist } from './storage.ts';
import { enrolTools } from './tools.ts';

/** Takes the form, and lets the browser offer passkeys beside the username. */
export function takeSignIn(form: IslandForm): void {
  form.take(
    async () => {
      const username = form.text('username').toLowerCase();
      const password = form.text('password');
      if (username === '') throw new FieldError('username', t('Enter your username.'));
      if (password === '') throw new FieldError('password', t('Enter your password.'));
      const tools = await enrolTools((sentence) => form.progress(sentence));
      const askCode = (wrong: string | null) => form.ask('one-time-code', wrong);
      await finishSignIn(form, await signInWithPassword({ ...tools, askCode }, { username, password }));
    },
    async () => {
      const tools = await enrolTools((sentence) => form.progress(sentence));
      const { options } = await tools.transport.passkeyStart();
      form.progress(t('Waiting for your passkey…'));
      await finishSignIn(form, await openWithPasskey(form, await usePasskey(options)));
    },
  );

  // Asked for when somebody reaches for the field: a page that is merely open starts no ceremony.
  const field = document.querySelector('input[autocomplete$="webauthn"]');
  const reach = new AbortController();
  for (const name of ['pointerenter', 'focus'])
    field?.addEventListener(
      name,
      () => {
        reach.abort();
        void offerPasskeys(form);
      },
      { signal: reach.signal },
    );
}

/** Waits in the background until the person picks a passkey from the suggestions of the username field. */
async function offerPasskeys(form: IslandForm): Promise<void> {
  if (!(await supportsAutofill())) return;
  try {
    const { transport } = await enrolTools(() => {});
    const { options } = await transport.passkeyStart();
    const used = await usePasskey(options, { autofill: true });
    await form.runBeside(async () => finishSignIn(form, await openWithPasskey(form, used)));
  } catch (error) {
    // Another ceremony took over, or the server offers none: the form stands as it is.
    if (!(error instanceof PasskeyDismissed || error instanceof TransportRefused)) throw error;
  }
}

/** Signs in with a passkey; one that cannot open the vault leads to the unlock page. */
async function openWithPasskey(
  form: IslandForm,
  used: Awaited<ReturnType<typeof usePasskey>>,
): Promise<Unlocked | null> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  try {
    return await signInWithPasskey(tools, used);
  } catch (error) {
    if (error instanceof EnrolError && error.code === 'needs-vault-key') return null;
    throw error;
  }
}

/** Makes this browser a device, or resumes the one it is, and opens the conversations. */
export async function finishSignIn(form: IslandForm, unlocked: Unlocked | null): Promise<void> {
  if (!unlocked) return location.assign('/unlock');
  form.progress(t('Opening your messages…'));
  const tools = await enrolTools((sentence) => form.progress(sentence));
  const { storage } = await enrolDevice(tools, unlocked);
  await askToPersist();
  await storage.close();
  location.assign('/');
}
