/** A new account: identity, vault, first device and recovery code, published in one request (protocol/README 3, 10). */

import { accountId, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import type { Random } from '../ports.ts';
import { makeDevice } from './device-keys.ts';
import { checkWays, makeVault, wipeSecrets } from './new-vault.ts';
import { publishIdentity } from './publish.ts';
import type { EnrolTools, NewAccount, Registered } from './types.ts';

/** The first version of every vault. */
const FIRST_VAULT = 1;

/** A fresh account id: 16 random bytes. A passkey ceremony needs it before `register`. */
export function newAccountId(random: Random): AccountId {
  return accountId(random(16));
}

/**
 * Makes the account and this device. The device's secrets are on disk, and read back, before anything is published
 * [R40]; a refused registration leaves nothing behind.
 *
 * @throws EnrolError offline, link-used, invalid, conflict, weak-password, needs-password, not-this-account,
 *   rate-limited, refused
 */
export async function register(tools: EnrolTools, request: NewAccount): Promise<Registered> {
  checkWays(request);
  const { crypto, transport } = tools;
  const { random } = crypto;
  const username = request.username.trim().toLowerCase();
  const account = fromHex(request.account);
  const { aik, secrets, published, recoveryCode } = await makeVault(tools, account, FIRST_VAULT, request);

  try {
    const device = random(16);
    const made = await makeDevice(
      crypto,
      { account, aik, username, name: request.name, vaultVersion: FIRST_VAULT, previous: null, leaf: null },
      device,
    );
    const done = await publishIdentity(
      tools,
      { account: request.account, device, made, secrets, replaces: false },
      () =>
        transport.register({
          token: request.token,
          account: request.account,
          username,
          name: request.name,
          ...(request.workspaceName === undefined ? {} : { workspaceName: request.workspaceName }),
          aik: toBase64(aik.publicKey),
          ...published,
          ...(request.passkey ? { passkey: request.passkey.response } : {}),
          device: made.upload,
        }),
    );
    return { ...done, recoveryCode };
  } finally {
    wipeSecrets(secrets);
  }
}
