/** GET /settings/passkey: another passkey, and the slot of the vault that it opens. */
import { slotForPasskey } from '../../client/enrol/ways.ts';
import { t } from '../../contract/words.ts';
import type { IslandForm } from '../form.ts';
import { createPasskey } from '../passkey.ts';
import { type Identity, showPasskey, showSecret } from './identity.ts';

export function takePasskey(form: IslandForm): void {
  const add = async ({ security, opened }: Identity) => {
    const { options } = await security.addPasskeyStart();
    form.progress(t('Waiting for your passkey…'));
    const { response, prf } = await createPasskey(options);
    const slot = prf === null ? null : await slotForPasskey(opened, response.id, prf);
    await security.addPasskey({ response, name: form.text('label'), slot });
    location.assign('/settings/security?done=passkey#passkeys');
  };
  form.take(
    async () => add(await showSecret(form)),
    async () => add(await showPasskey(form)),
  );
}
