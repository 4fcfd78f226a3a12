/** The set-up and the join form: a new account with a password, a passkey, or both. */

import { EnrolError, newAccountId, register } from '../client/enrol.ts';
import { MIN_PASSWORD_LENGTH, USERNAME_PATTERN } from '../contract/limits.ts';
import { t } from '../contract/words.ts';
import { browserCrypto } from './crypto.ts';
import { FieldError, type IslandForm } from './form.ts';
import { createPasskey, type MadePasskey } from './passkey.ts';
import { showRecoveryCode } from './recovery-code.ts';
import { askToPersist } from './storage.ts';
import { enrolTools } from './tools.ts';

/** Takes the form. The token stands after the `#` of the address, where no server log sees it. */
export function takeRegistration(form: IslandForm): void {
  const token = location.hash.slice(1);
  // A passkey that was made stays usable when the rest of the form has to be mended.
  let made: { account: Awaited<ReturnType<typeof freshAccount>>; passkey: MadePasskey } | null = null;

  const finish = async (passkey: MadePasskey | null, account = made?.account) => {
    const answers = read(form, passkey === null);
    form.progress(t('Making your keys…'));
    const tools = await enrolTools((sentence) => form.progress(sentence));
    const registered = await register(tools, {
      ...answers,
      token,
      account: account ?? (await freshAccount()),
      ...(passkey ? { passkey } : {}),
    });
    form.progress(t('Asking the browser to keep your keys…'));
    const kept = await askToPersist();
    await registered.storage.close();
    await showRecoveryCode(registered.recoveryCode, kept);
  };

  form.take(
    () => finish(made?.passkey ?? null),
    async () => {
      const { username, name } = read(form, false);
      if (!made) {
        const account = await freshAccount();
        const { transport } = await enrolTools(() => {});
        form.progress(t('Waiting for your passkey…'));
        const { passkey: options } = await transport.registerStart({ token, account, username, name });
        if (!options)
          throw new EnrolError('refused', t('This address cannot use passkeys. Choose a password.'));
        made = { account, passkey: await createPasskey(options) };
      }
      if (!made.passkey.prf && form.text('password') === '')
        throw new FieldError(
          'password',
          t('This passkey signs you in but cannot unlock your messages. Choose a password for that, too.'),
        );
      await finish(made.passkey);
    },
  );
}

async function freshAccount() {
  const { random } = await browserCrypto();
  return newAccountId(random);
}

function read(form: IslandForm, passwordNeeded: boolean) {
  const workspaceName = form.text('workspace');
  if (form.has('workspace') && workspaceName === '')
    throw new FieldError('workspace', t('Give your workspace a name.'));
  const name = form.text('name');
  if (name === '') throw new FieldError('name', t('Enter your name as others should see it.'));
  const username = form.text('username').toLowerCase();
  if (!USERNAME_PATTERN.test(username))
    throw new FieldError(
      'username',
      t('Use lowercase letters, digits, dot, dash or underscore, 32 at most.'),
    );
  const password = form.text('password');
  if ((passwordNeeded || password !== '') && [...password].length < MIN_PASSWORD_LENGTH)
    throw new FieldError('password', t('Use {n} characters or more.', { n: MIN_PASSWORD_LENGTH }));
  return {
    name,
    username,
    ...(workspaceName === '' ? {} : { workspaceName }),
    ...(password === '' ? {} : { password }),
  };
}
