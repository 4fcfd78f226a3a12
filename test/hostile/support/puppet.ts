/** Somebody of the server's own making: it has the identity key, so that everything verifies that it wants to verify. */
import type { DirectoryEntry } from '../../../src/contract/accounts.ts';
import { toBase64 } from '../../../src/contract/bytes.ts';
import { PATHS } from '../../../src/contract/paths.ts';
import { type Identity, newIdentity } from '../../support/person.ts';
import { logList } from './forgery.ts';
import type { HostileServer } from './server.ts';

export interface Puppet {
  readonly identity: Identity;
  /** From now on the directory and the log show this list, with these signed certificates. */
  show(deviceList: Uint8Array, certificates: readonly Uint8Array[]): Promise<void>;
}

/** A new account that only directory and log know. */
export async function makePuppet(server: HostileServer, username: string): Promise<Puppet> {
  const identity = await newIdentity();
  const { account, aik } = identity;
  await server.app.deps.db.write((tx) =>
    tx.run(
      'INSERT INTO accounts (id, username, name, role, aik, created_at) VALUES ($1, $2, $3, $4, $5, $6)',
      [account, username, username, 'member', aik.publicKey, Date.now()],
    ),
  );
  return {
    identity,
    async show(deviceList, certificates) {
      const leaf = await logList(server, identity, username, deviceList);
      const entry: DirectoryEntry = {
        account,
        username,
        name: username,
        role: 'member',
        disabled: false,
        aik: toBase64(aik.publicKey),
        deviceList: toBase64(deviceList),
        certificates: certificates.map(toBase64),
        leaf,
      };
      server.behave();
      server.json<DirectoryEntry[]>(PATHS.directory, (entries, { sent }) =>
        new TextDecoder().decode(sent).includes(account)
          ? [...entries.filter((each) => each.account !== account), entry]
          : entries,
      );
    },
  };
}
