/** GET /confirm: by password or passkey; a code goes as the plain form that it is. */
import { passwordKeys } from '../../client/enrol/sign-in.ts';
import { toBase64 } from '../../contract/bytes.ts';
import { localPath } from '../../contract/local-path.ts';
import { t } from '../../contract/words.ts';
import { FieldError, type IslandForm } from '../form.ts';
import { usePasskey } from '../passkey.ts';
import { enrolTools } from '../tools.ts';
import { security } from './identity.ts';

/** Takes the form, and goes on where it says. */
export function takeConfirm(form: IslandForm): void {
  const goOn = () => location.assign(localPath(form.text('then'), '/'));
  form.take(
    async () => {
      const password = form.text('password');
      if (password === '') throw new FieldError('password', t('Enter your password.'));
      const tools = await enrolTools((sentence) => form.progress(sentence));
      const { loginSecret } = await passwordKeys(tools, form.text('username'), password);
      await security().confirmSecret('password', toBase64(loginSecret));
      goOn();
    },
    async () => {
      const transport = security();
      const { options } = await transport.confirmPasskeyStart();
      form.progress(t('Waiting for your passkey…'));
      const { response } = await usePasskey(options);
      await transport.confirmPasskey({ response });
      goOn();
    },
  );
}
