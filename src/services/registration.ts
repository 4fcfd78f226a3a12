/** A new account: everything of it in one transaction, or nothing. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { hashRecoverySecret, hashSecret } from '../auth/password.ts';
import type { Caller, OpenedSession, Sessions } from '../auth/sessions.ts';
import type { NewPasskey, Webauthn } from '../auth/webauthn.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { noble } from '../protocol/noble.ts';
import { checkPasswordParameters } from '../protocol/password.ts';
import { insertAccount } from '../store/accounts.ts';
import { insertPasskey, insertPassword, insertRecoveryCode } from '../store/credentials.ts';
import type { Tx } from '../store/db.ts';
import { insertDevice, insertDeviceList } from '../store/devices.ts';
import { putSetting } from '../store/settings.ts';
import { insertVault } from '../store/vaults.ts';
import type { DeviceUploadBytes } from './devices.ts';
import type { Invites } from './invites.ts';
import { storeLeaf, verifyLeaf } from './leaves.ts';
import { storePrekeys, verifyPrekeys } from './prekey-upload.ts';
import { checkList, verifyDevice, verifyList } from './published.ts';
import { invalid, type Refusal } from './refusal.ts';
import type { Vault } from './vaults.ts';

/** A request to register, read at the border. */
export interface Registration {
  readonly token: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly workspaceName: string | null;
  readonly aik: Uint8Array;
  readonly password: NewPassword | null;
  readonly passkey: RegistrationResponseJSON | null;
  readonly recoverySecret: Uint8Array;
  readonly vault: Vault;
  readonly device: DeviceUploadBytes;
}

export interface NewPassword {
  readonly salt: Uint8Array;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly secret: Uint8Array;
}

export const usernameTaken = (): Refusal =>
  invalid({ username: ['This username is taken. Choose another one.'] });

/** Names the passkey ceremony, so that its challenge is good for this link and this account only. */
export const registerCeremony = (token: string, account: AccountId): string => `register ${token} ${account}`;

export function createRegistration(
  ports: Ports,
  deps: { readonly sessions: Sessions; readonly invites: Invites; readonly webauthn: Webauthn },
): (registration: Registration, caller: Caller) => Promise<OpenedSession> {
  const { db, clock, random } = ports;
  const crypto = { provider: noble, random, clock };

  return async (request, caller) => {
    // Before anything that costs time: the link.
    const invitation = await deps.invites.inspect(request.token);
    if (invitation.kind === 'setup' && request.workspaceName === null)
      throw invalid({ workspaceName: ['Give the workspace a name.'] });
    checkWays(request);
    const published = await verifyPublished(crypto, request);
    const passkey = request.passkey && (await verifyPasskey(deps.webauthn, request, request.passkey));
    const secretHash = request.password && (await hashSecret(request.password.secret));

    return db.write(async (tx) => {
      const { kind, role } = await deps.invites.redeem(tx, request.token);
      if (kind === 'setup') await putSetting(tx, 'workspace_name', Buffer.from(request.workspaceName ?? ''));
      const created = await insertAccount(tx, {
        id: request.account,
        username: request.username,
        name: request.name,
        role,
        aik: request.aik,
        disabled: 0,
        created_at: clock(),
      });
      if (!created) throw usernameTaken();
      if (request.password && secretHash)
        await insertPassword(tx, {
          ...parametersOf(request.password),
          account: request.account,
          secret_hash: secretHash,
        });
      if (passkey) await storePasskey(tx, request.account, passkey, clock());
      await insertRecoveryCode(tx, request.account, hashRecoverySecret(request.recoverySecret));
      await insertVault(tx, request.account, request.vault, request.vault.slots);
      if (!(await insertDevice(tx, published.device)))
        throw invalid({ certificate: ['This device id was used before. Make a new device.'] });
      await insertDeviceList(tx, published.list);
      await storeLeaf(tx, published.leaf);
      await storePrekeys(tx, published.device.id, published.prekeys);
      return deps.sessions.open(tx, request.account, published.device.id, caller);
    });
  };
}

/** There is a way to sign in, and a way to open the vault for each. */
function checkWays({ password, passkey, vault }: Registration): void {
  if (!password && !passkey) throw invalid({ password: ['Choose a password, a passkey, or both.'] });
  const slots = new Set(vault.slots.map((slot) => slot.kind));
  if (!slots.has('recovery')) throw invalid({ vault: ['The vault needs a slot for the recovery code.'] });
  if (!slots.has('password') && !slots.has('prf'))
    throw invalid({ vault: ['The vault needs a slot for a password or a passkey.'] });
  try {
    if (password) checkPasswordParameters(parametersOf(password));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw invalid({ password: ['These password parameters are too weak, or too costly to open again.'] });
  }
}

async function verifyPublished(crypto: Parameters<typeof verifyDevice>[0], request: Registration) {
  const device = await verifyDevice(crypto, request, request.device.certificate);
  const { row: list, list: named } = await verifyList(crypto, request, request.device.deviceList, null);
  checkList(named, {
    certificates: [device.row.certificate_hash],
    revoked: [],
    vaultVersion: request.vault.version,
  });
  const prekeys = await verifyPrekeys(crypto, device.row.id, device.signingKey, request.device.prekeys);
  if (!prekeys.statement) throw invalid({ signedPrekey: ['A new device needs a signed prekey.'] });
  const leaf = await verifyLeaf(crypto, request, request.device.leaf, list);
  return { device: device.row, list, leaf, prekeys };
}

async function verifyPasskey(
  webauthn: Webauthn,
  request: Registration,
  response: RegistrationResponseJSON,
): Promise<NewPasskey> {
  const passkey = await webauthn.verifyRegistration(
    response,
    registerCeremony(request.token, request.account),
  );
  if (!passkey) throw invalid({ passkey: ['This passkey was not accepted. Make it again.'] });
  if (request.vault.slots.some((slot) => slot.kind === 'prf' && slot.id !== passkey.id))
    throw invalid({ vault: ['The vault has a slot for another passkey.'] });
  return passkey;
}

async function storePasskey(tx: Tx, account: AccountId, passkey: NewPasskey, now: number): Promise<void> {
  const stored = await insertPasskey(tx, {
    id: passkey.id,
    account,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: passkey.transports.join(','),
    created_at: now,
    last_used_at: now,
  });
  if (!stored) throw invalid({ passkey: ['This passkey belongs to an account already. Make a new one.'] });
}

const parametersOf = ({ salt, memory, passes, lanes }: NewPassword) => ({ salt, memory, passes, lanes });
