/** What the server may answer to those who make or open an account, checked field by field. */
import type * as accounts from '../contract/accounts.ts';
import type { SecondFactorNeeded } from '../contract/security.ts';
import { account, device, directoryEntry, policies, role, signingKey } from './answers.ts';
import { flag, list, nullable, number, oneOf, record, type Shape, text } from './stored.ts';

/** An object that a ceremony of the browser takes as it is; WebAuthn itself checks the rest. */
export function ceremony<T extends { readonly challenge: string }>(): Shape<T> {
  const has = (json: unknown): json is T =>
    typeof json === 'object' && json !== null && 'challenge' in json && typeof json.challenge === 'string';
  return {
    write: (value) => value,
    read: (json) => {
      if (!has(json)) throw new TypeError('The server sent no passkey options.');
      return json;
    },
  };
}

export const workspace: Shape<accounts.Workspace> = record({
  name: text,
  ready: flag,
  release: text,
  fixedAddress: flag,
  passkeys: flag,
  logKey: signingKey,
  policies: record({ registration: oneOf('invite', 'open'), ...policies }),
});

export const registerStart: Shape<accounts.RegisterStart> = record({
  kind: oneOf('setup', 'invite'),
  role,
  workspace,
  passkey: nullable(ceremony()),
});

export const passwordParameters: Shape<accounts.PasswordParameters> = record({
  salt: text,
  memory: number,
  passes: number,
  lanes: number,
});

const vault: Shape<accounts.VaultRecord> = record({
  version: number,
  sealed: text,
  slots: list(record({ kind: oneOf('prf', 'password', 'recovery'), id: text, record: text })),
});

export const signedIn: Shape<accounts.SignedIn> = record({
  account,
  username: text,
  name: text,
  role,
  vault,
  challenge: text,
  device: nullable(device),
  directory: directoryEntry,
  logKey: signingKey,
});

/** A session, or the ticket of a second factor. */
export const signedInOrAsked: Shape<accounts.SignedIn | SecondFactorNeeded> = {
  write: (value) => value,
  read: (json) =>
    typeof json === 'object' && json !== null && 'secondFactor' in json
      ? asked.read(json)
      : signedIn.read(json),
};
const asked: Shape<SecondFactorNeeded> = record({ secondFactor: text });

export const passkeyStart: Shape<accounts.PasskeySignInStart> = record({ options: ceremony() });
