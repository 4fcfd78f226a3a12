/** Opens the vault of a session that stands, with what a form says: the person's fresh word, however long they are signed in. */

import {
  EnrolError,
  type EnrolTools,
  type Unlocked,
  unlockWithPassword,
  unlockWithPrf,
  unlockWithRecoveryCode,
} from '../client/enrol.ts';
import { TransportRefused } from '../client/ports.ts';
import { toBase64 } from '../contract/bytes.ts';
import { t } from '../contract/words.ts';
import { FieldError, type IslandForm } from './form.ts';
import { usePasskey } from './passkey.ts';
import { enrolTools } from './tools.ts';

/** By passphrase or recovery code, whichever field is filled. */
export async function openWithSecret(form: IslandForm): Promise<Unlocked> {
  const passphrase = form.text('passphrase');
  const code = form.text('code');
  if (passphrase === '' && code === '')
    throw new FieldError('passphrase', t('Enter your passphrase, or your recovery code.'));
  const { tools, signedIn } = await session(form);
  return passphrase !== ''
    ? unlockWithPassword(tools, signedIn, passphrase)
    : unlockWithRecoveryCode(tools, signedIn, code);
}

/** By a passkey that supports PRF, with user verification. */
export async function openWithPasskey(form: IslandForm): Promise<Unlocked> {
  const { tools, signedIn } = await session(form);
  const slots = signedIn.vault.slots.filter(({ kind }) => kind === 'prf');
  if (slots.length === 0)
    throw new EnrolError('needs-vault-key', t('No passkey of yours opens the vault. Use your passphrase.'));
  form.progress(t('Waiting for your passkey…'));
  const used = await usePasskey({
    challenge: toBase64(crypto.getRandomValues(new Uint8Array(32))),
    allowCredentials: slots.map(({ id }) => ({ id, type: 'public-key' })),
    userVerification: 'required',
  });
  if (!used.prf)
    throw new EnrolError('needs-vault-key', t('This passkey does not open the vault. Use your passphrase.'));
  return unlockWithPrf(tools, signedIn, used.response.id, used.prf);
}

async function session(form: IslandForm): Promise<{
  readonly tools: EnrolTools;
  readonly signedIn: Unlocked['signedIn'];
}> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  try {
    return { tools, signedIn: await tools.transport.session() };
  } catch (error) {
    if (error instanceof TransportRefused && error.status === 401) location.assign('/sign-in');
    throw error;
  }
}
