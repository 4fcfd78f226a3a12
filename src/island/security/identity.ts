/** Who this is, shown to the server and to the vault in one go: by password, recovery code or passkey. */

import { wrongCode, wrongPasskey, wrongPassword } from '../../client/enrol/open-vault.ts';
import { codeKeys, passwordKeys } from '../../client/enrol/sign-in.ts';
import type { WayTools } from '../../client/enrol/ways.ts';
import { EnrolError } from '../../client/enrol.ts';
import { httpCalls } from '../../client/http-relay.ts';
import { httpSecurity, type SecurityTransport } from '../../client/security-transport.ts';
import { toBase64 } from '../../contract/bytes.ts';
import { t } from '../../contract/words.ts';
import { prfVaultKey } from '../../protocol/password.ts';
import { FieldError, type IslandForm } from '../form.ts';
import { usePasskey } from '../passkey.ts';
import { enrolTools } from '../tools.ts';
import { OPTIONS } from '../transport.ts';

export interface Identity {
  readonly security: SecurityTransport;
  readonly opened: WayTools;
}

export const security = (): SecurityTransport => httpSecurity(httpCalls(OPTIONS));

/** By the passphrase or the recovery code, whichever field is filled. The session is confirmed, and the vault known to open. */
export async function showSecret(form: IslandForm): Promise<Identity> {
  const passphrase = form.text('passphrase');
  const code = form.text('code');
  if (passphrase === '' && code === '')
    throw new FieldError(
      form.has('passphrase') ? 'passphrase' : 'code',
      t('Enter your password, or your recovery code.'),
    );
  const tools = await enrolTools((sentence) => form.progress(sentence));
  const transport = security();
  const signedIn = await transport.session();
  const way = passphrase === '' ? 'recovery' : 'password';
  const keys = way === 'password' ? await passwordKeys(tools, signedIn.username, passphrase) : codeKeys(code);
  await asField(way === 'password' ? 'passphrase' : 'code', () =>
    transport.confirmSecret(way, toBase64(keys.loginSecret)),
  );
  const wrong = way === 'password' ? wrongPassword : wrongCode;
  return {
    security: transport,
    opened: { tools, signedIn, with: { kind: way, id: '', key: keys.vaultKey, wrong } },
  };
}

/** By a passkey that opens the vault. */
export async function showPasskey(form: IslandForm): Promise<Identity> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  const transport = security();
  const signedIn = await transport.session();
  const { options } = await transport.confirmPasskeyStart();
  form.progress(t('Waiting for your passkey…'));
  const { response, prf } = await usePasskey(options);
  await transport.confirmPasskey({ response });
  if (prf === null)
    throw new EnrolError(
      'needs-vault-key',
      t('This passkey does not open the vault. Use your password or your recovery code.'),
    );
  return {
    security: transport,
    opened: {
      tools,
      signedIn,
      with: { kind: 'prf', id: response.id, key: prfVaultKey(prf), wrong: wrongPasskey },
    },
  };
}

/** What the server says of a secret belongs beside the field that it came from. */
async function asField(field: string, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const { body } = error as { body?: { fields?: Readonly<Record<string, readonly string[]>> } };
    const [sentences] = Object.values(body?.fields ?? {});
    if (sentences === undefined) throw error;
    throw new FieldError(field, sentences.join(' '));
  }
}
