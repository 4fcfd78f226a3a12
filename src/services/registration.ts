/** A new account: everything of it in one transaction, or nothing. */
import type { Caller, OpenedSession, Sessions } from '../auth/sessions.ts';
import type { Webauthn } from '../auth/webauthn.ts';
import type { AccountId } from '../contract/ids.ts';
import type { Ports } from '../deps.ts';
import { runtime } from '../native/runtime.ts';
import { insertAccount } from '../store/accounts.ts';
import { insertDevice, insertDeviceList } from '../store/devices.ts';
import { putSetting } from '../store/settings.ts';
import { insertVault } from '../store/vaults.ts';
import type { Audit } from './audit.ts';
import type { DeviceUploadBytes } from './devices.ts';
import { type Invites, OPEN_TOKEN } from './invites.ts';
import { storeLeaf, verifyLeaf } from './leaves.ts';
import { storePrekeys, verifyPrekeys } from './prekey-upload.ts';
import { checkList, verifyDevice, verifyList } from './published.ts';
import { invalid, type Refusal } from './refusal.ts';
import { checkWays, type NewWays, storeWays, verifyWays } from './ways.ts';

/** A request to register, read at the border. */
export interface Registration extends NewWays {
  readonly token: string;
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  readonly workspaceName: string | null;
  readonly aik: Uint8Array;
  readonly device: DeviceUploadBytes;
}

export const usernameTaken = (): Refusal =>
  invalid({ username: ['This username is taken. Choose another one.'] });

/** Names the passkey ceremony, so that its challenge is good for this link and this account only. */
export const registerCeremony = (token: string, account: AccountId): string => `register ${token} ${account}`;

export function createRegistration(
  ports: Ports,
  deps: {
    readonly sessions: Sessions;
    readonly invites: Invites;
    readonly webauthn: Webauthn;
    readonly audit: Pick<Audit, 'record'>;
  },
): (registration: Registration, caller: Caller) => Promise<OpenedSession> {
  const { db, clock, random } = ports;
  const crypto = { provider: runtime, random, clock };

  return async (request, caller) => {
    // Before anything that costs time: the link.
    const invitation = await deps.invites.inspect(request.token);
    if (invitation.kind === 'setup' && request.workspaceName === null)
      throw invalid({ workspaceName: ['Give the workspace a name.'] });
    checkWays(request);
    const published = await verifyPublished(crypto, request);
    const ceremony = registerCeremony(request.token, request.account);
    const ways = await verifyWays(deps.webauthn, ceremony, request);

    return db.write(async (tx) => {
      const { kind, role } = await deps.invites.redeem(tx, request.token, request.account);
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
      await deps.audit.record(tx, {
        actor: request.account,
        action: 'account.registered',
        subject: request.account,
        detail: { role, way: request.token === OPEN_TOKEN ? 'open' : kind },
      });
      await storeWays(tx, request.account, ways, clock());
      await insertVault(tx, request.account, request.vault, request.vault.slots);
      if (!(await insertDevice(tx, published.device)))
        throw invalid({ certificate: ['This device id was used before. Make a new device.'] });
      await insertDeviceList(tx, published.list);
      await storeLeaf(tx, published.leaf);
      await storePrekeys(tx, published.device.id, published.prekeys);
      return deps.sessions.open(tx, request.account, published.device.id, caller, {
        way: 'registration',
        strong: ways.passkey !== null,
      });
    });
  };
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
