/** What calls of several subjects take and answer: people, their keys, and who has signed in. */
import type * as shape from '../accounts.ts';
import { MAX_NAME_LENGTH, MAX_USERNAME_LENGTH, USERNAME_PATTERN } from '../limits.ts';
import { ROLES } from '../permissions.ts';
import { POLICY_RANGES } from '../policies.ts';
import {
  base64,
  choice,
  flag,
  id,
  list,
  named,
  nullable,
  optional,
  record,
  type Schema,
  text,
  webauthn,
  whole,
} from './schema.ts';

export const CERTIFICATE = base64({ min: 1, max: 12 * 1024 });
export const SIGNED = base64({ min: 1, max: 24 * 1024 });
/** A hybrid public key: Ed25519 and ML-DSA-65. */
export const PUBLIC_KEY = base64(1984);
export const role: Schema<shape.Role> = named('Role', choice(ROLES));
export const username = text({ max: MAX_USERNAME_LENGTH, pattern: USERNAME_PATTERN });
export const name = text({ min: 1, max: MAX_NAME_LENGTH });

export const workspace = record<shape.Workspace>('Workspace', {
  name: text(),
  ready: flag,
  release: text(),
  fixedAddress: flag,
  passkeys: flag,
  logKey: PUBLIC_KEY,
  policies: record<shape.WorkspacePolicies>('WorkspacePolicies', {
    registration: choice(['invite', 'open']),
    relayDays: whole(POLICY_RANGES.relayDays.min, POLICY_RANGES.relayDays.max),
    history: choice(['none', 'invitation', 'all']),
    suite: whole(1, 65_535),
  }),
});

export const parameters = {
  salt: base64(16),
  memory: whole(1, 2 ** 22, 'KiB.'),
  passes: whole(1, 100),
  lanes: whole(1, 16),
};
export const password = record<shape.PasswordCredential>('PasswordCredential', {
  ...parameters,
  secret: base64(32),
});
const slot = record<shape.VaultSlotRecord>('VaultSlotRecord', {
  kind: choice(['prf', 'password', 'recovery']),
  id: text({ max: 1400 }),
  record: base64({ min: 1, max: 1024 }),
});
export const vault = record<shape.VaultRecord>('VaultRecord', {
  version: whole(1),
  sealed: base64({ min: 1, max: 4 * 1024 }),
  slots: list(slot, 20),
});
export const prekeys = record<shape.PrekeyUpload>('PrekeyUpload', {
  signedPrekey: optional(SIGNED),
  batch: optional(base64({ min: 1, max: 160 * 1024 })),
});
export const deviceFields = { certificate: CERTIFICATE, deviceList: SIGNED, leaf: SIGNED, prekeys };
export const device = record<shape.DeviceUpload>('DeviceUpload', deviceFields);
export const directoryEntry = record<shape.DirectoryEntry>('DirectoryEntry', {
  account: id(16),
  username: text(),
  name: text(),
  role,
  disabled: flag,
  aik: PUBLIC_KEY,
  deviceList: SIGNED,
  certificates: list(CERTIFICATE),
  leaf: nullable(SIGNED),
});
export const signedIn = record<shape.SignedIn>('SignedIn', {
  account: id(16),
  username: text(),
  name: text(),
  role,
  vault,
  challenge: base64(32),
  device: nullable(id(16)),
  directory: directoryEntry,
  logKey: PUBLIC_KEY,
});
export const newPasskey = webauthn<NonNullable<shape.RegisterRequest['passkey']>>(
  'RegistrationResponseJSON of WebAuthn.',
);
export const newPasskeyOptions = webauthn<NonNullable<shape.RegisterStart['passkey']>>(
  'PublicKeyCredentialCreationOptionsJSON of WebAuthn.',
);
export const linkToken = text({ max: 200, about: 'What stands behind # in the link.' });
/** Of links that were. */
export const GONE = 'The link was used up, has expired or was taken back.';
