/** GET /settings/password: another password, and the slot of the vault that it opens. */
import { slotForPassword } from '../../client/enrol/ways.ts';
import { MIN_PASSWORD_LENGTH } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { FieldError, type IslandForm } from '../form.ts';
import { type Identity, showPasskey, showSecret } from './identity.ts';

export function takePassword(form: IslandForm): void {
  const check = () => {
    if ([...form.text('password')].length < MIN_PASSWORD_LENGTH)
      throw new FieldError('password', t('Use {n} characters or more.', { n: MIN_PASSWORD_LENGTH }));
  };
  const change = async ({ security, opened }: Identity) => {
    await security.changePassword(await slotForPassword(opened, form.text('password')));
    location.assign('/settings/security?done=password');
  };
  form.take(
    async () => {
      check();
      await change(await showSecret(form));
    },
    async () => {
      check();
      await change(await showPasskey(form));
    },
  );
}
