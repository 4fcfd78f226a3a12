/** The recovery and the unlock page: other ways into the vault. */

import { signInWithRecoveryCode, type Unlocked } from '../client/enrol.ts';
import { t } from '../contract/words.ts';
import { FieldError, type IslandForm } from './form.ts';
import { replaceLost, takeLoss } from './lost-device.ts';
import { openWithPasskey, openWithSecret } from './open-vault.ts';
import { takeRemoval } from './remove-device.ts';
import { finishSignIn } from './sign-in.ts';
import { enrolTools } from './tools.ts';

/** Signs in with username and recovery code. */
export function takeRecovery(form: IslandForm): void {
  form.take(async () => {
    const username = form.text('username').toLowerCase();
    const code = form.text('code');
    if (username === '') throw new FieldError('username', t('Enter your username.'));
    if (code === '')
      throw new FieldError('code', t('Enter the code that you saved when you made your account.'));
    const tools = await enrolTools((sentence) => form.progress(sentence));
    const askCode = (wrong: string | null) => form.ask('one-time-code', wrong);
    await finishSignIn(form, await signInWithRecoveryCode({ ...tools, askCode }, { username, code }));
  });
}

/**
 * The session stands, the keys are not open: passphrase, recovery code, or a passkey that supports PRF. The same page
 * removes a device (`/unlock#remove-device`, or `=ID` for another one), because only an open vault can sign the list that leaves it out.
 */
export function takeUnlock(form: IslandForm): void {
  const removal = takeRemoval(form);
  const lost = removal ? Promise.resolve(null) : takeLoss();
  const finish = async (within: IslandForm, unlocked: Unlocked) => {
    const gone = await lost;
    if (removal) await removal(within, unlocked);
    else if (gone) await replaceLost(within, unlocked, gone);
    else await finishSignIn(within, unlocked);
  };
  form.take(
    async () => finish(form, await openWithSecret(form)),
    async () => finish(form, await openWithPasskey(form)),
  );
}
