/** The page that starts an account again: says whose it is, makes the new identity, shows its recovery code. */

import { httpAgain } from '../../client/enrol/again-transport.ts';
import { startAgain } from '../../client/enrol/start-again.ts';
import { EnrolError } from '../../client/enrol.ts';
import { httpCalls } from '../../client/http-relay.ts';
import { TransportRefused } from '../../client/ports.ts';
import { MIN_PASSWORD_LENGTH } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { FieldError, type IslandForm } from '../form.ts';
import { createPasskey, type MadePasskey } from '../passkey.ts';
import { showRecoveryCode } from '../recovery-code.ts';
import { showStep, writeMark } from '../steps.ts';
import { askToPersist } from '../storage.ts';
import { enrolTools } from '../tools.ts';
import { OPTIONS } from '../transport.ts';

/** Takes the form. The token stands after the `#` of the address, where no server log sees it. */
export function takeStartAgain(form: IslandForm): void {
  const token = location.hash.slice(1);
  const transport = httpAgain(httpCalls(OPTIONS));
  // A passkey that was made stays usable when the rest of the form has to be mended.
  let passkey: MadePasskey | null = null;
  // After silence nobody knows whether the server has acted.
  let unanswered = false;

  const finish = async () => {
    const password = readPassword(form, passkey === null);
    checkUnderstood();
    form.progress(t('Making your keys…'));
    const tools = await enrolTools((sentence) => form.progress(sentence));
    try {
      const started = await startAgain(tools, transport, {
        token,
        ...(password === '' ? {} : { password }),
        ...(passkey ? { passkey } : {}),
      });
      form.progress(t('Asking the browser to keep your keys…'));
      const kept = await askToPersist();
      await started.storage.close();
      await showRecoveryCode(started.recoveryCode, kept);
    } catch (error) {
      if (isOver(error) && unanswered)
        throw new EnrolError(
          'link-used',
          t('This link was used by the try before, which got no answer. Sign in with what you chose.'),
        );
      if (error instanceof EnrolError && error.code === 'offline') unanswered = true;
      if (isOver(error)) showOver();
      throw error;
    }
  };

  form.take(finish, async () => {
    checkUnderstood();
    if (passkey === null) {
      form.progress(t('Waiting for your passkey…'));
      const { passkey: options } = await transport.start(token);
      if (!options)
        throw new EnrolError('refused', t('This address cannot use passkeys. Choose a password.'));
      passkey = await createPasskey(options);
    }
    if (!passkey.prf && form.text('password') === '')
      throw new FieldError(
        'password',
        t('This passkey signs you in but cannot unlock your messages. Choose a password for that, too.'),
      );
    await finish();
  });

  void form.runBeside(async () => {
    try {
      const { directory } = await transport.start(token);
      writeMark('start-again-person', `${directory.name} (@${directory.username})`);
      for (const place of document.querySelectorAll('[data-start-again-for]'))
        place.removeAttribute('data-waiting');
    } catch (error) {
      if (isOver(error)) showOver();
      throw error;
    }
  });
}

const isOver = (error: unknown): boolean =>
  (error instanceof EnrolError && error.code === 'link-used') ||
  (error instanceof TransportRefused && error.body.error === 'Gone');

function showOver(): void {
  showStep('over');
  for (const place of document.querySelectorAll<HTMLElement>('[data-start-again-buttons]'))
    place.hidden = true;
}

function readPassword(form: IslandForm, needed: boolean): string {
  const password = form.text('password');
  if ((needed || password !== '') && [...password].length < MIN_PASSWORD_LENGTH)
    throw new FieldError('password', t('Use {n} characters or more.', { n: MIN_PASSWORD_LENGTH }));
  return password;
}

function checkUnderstood(): void {
  const box = document.querySelector<HTMLInputElement>('input[name=understood]');
  if (box && !box.checked)
    throw new FieldError('understood', t('Say that you have no other way in before you go on.'));
}
