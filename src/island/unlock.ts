/** The recovery and the unlock page: other ways into the vault. */
import {
  EnrolError,
  signInWithRecoveryCode,
  unlockWithPassword,
  unlockWithPrf,
  unlockWithRecoveryCode,
} from '../client/enrol.ts';
import { TransportRefused } from '../client/ports.ts';
import { toBase64 } from '../contract/bytes.ts';
import { FieldError, type IslandForm } from './form.ts';
import { usePasskey } from './passkey.ts';
import { REMOVE, takeRemoval } from './remove-device.ts';
import { finishSignIn } from './sign-in.ts';
import { enrolTools } from './tools.ts';

/** Signs in with username and recovery code. */
export function takeRecovery(form: IslandForm): void {
  form.take(async () => {
    const username = form.text('username').toLowerCase();
    const code = form.text('code');
    if (username === '') throw new FieldError('username', 'Enter your username.');
    if (code === '')
      throw new FieldError('code', 'Enter the code that you saved when you made your account.');
    const tools = await enrolTools((sentence) => form.progress(sentence));
    await finishSignIn(form, await signInWithRecoveryCode(tools, { username, code }));
  });
}

/**
 * The session stands, the keys are not open: passphrase, recovery code, or a passkey that supports PRF. The same page
 * removes this device (`/unlock#remove-device`), because only an open vault can sign the list that leaves it out.
 */
export function takeUnlock(form: IslandForm): void {
  const finish = location.hash === REMOVE ? takeRemoval(form) : finishSignIn;
  const session = async () => {
    const tools = await enrolTools((sentence) => form.progress(sentence));
    try {
      return { tools, signedIn: await tools.transport.session() };
    } catch (error) {
      if (error instanceof TransportRefused && error.status === 401) location.assign('/sign-in');
      throw error;
    }
  };

  form.take(
    async () => {
      const passphrase = form.text('passphrase');
      const code = form.text('code');
      if (passphrase === '' && code === '')
        throw new FieldError('passphrase', 'Enter your passphrase, or your recovery code.');
      const { tools, signedIn } = await session();
      await finish(
        form,
        passphrase !== ''
          ? await unlockWithPassword(tools, signedIn, passphrase)
          : await unlockWithRecoveryCode(tools, signedIn, code),
      );
    },
    async () => {
      const { tools, signedIn } = await session();
      const slots = signedIn.vault.slots.filter(({ kind }) => kind === 'prf');
      if (slots.length === 0)
        throw new EnrolError('needs-vault-key', 'No passkey of yours opens the vault. Use your passphrase.');
      form.progress('Waiting for your passkey…');
      const used = await usePasskey({
        challenge: toBase64(crypto.getRandomValues(new Uint8Array(32))),
        allowCredentials: slots.map(({ id }) => ({ id, type: 'public-key' })),
        userVerification: 'required',
      });
      if (!used.prf)
        throw new EnrolError('needs-vault-key', 'This passkey does not open the vault. Use your passphrase.');
      await finish(form, await unlockWithPrf(tools, signedIn, used.response.id, used.prf));
    },
  );
}
