/** Joining, signing in, one's own account and devices. */
import type * as shape from '../accounts.ts';
import { MAX_NAME_LENGTH, MAX_USERNAME_LENGTH, USERNAME_PATTERN } from '../limits.ts';
import type * as link from '../links.ts';
import { LINK_PATHS } from '../links.ts';
import { PATHS } from '../paths.ts';
import { ROLES } from '../permissions.ts';
import { POLICY_RANGES } from '../policies.ts';
import { REMOVAL_PATH, type Removal, type RemovalRequest } from '../removal.ts';
import type { SecondFactorNeeded } from '../security.ts';
import type { StartAgainRequest, StartAgainStart, StartAgainStartRequest } from '../start-again.ts';
import { START_AGAIN_PATHS } from '../start-again.ts';
import type { Operations } from './operation.ts';
import {
  base64,
  choice,
  either,
  flag,
  id,
  list,
  moment,
  named,
  nullable,
  object,
  optional,
  record,
  type Schema,
  text,
  webauthn,
  whole,
} from './schema.ts';

const CERTIFICATE = base64({ min: 1, max: 12 * 1024 });
const SIGNED = base64({ min: 1, max: 24 * 1024 });
/** A hybrid public key: Ed25519 and ML-DSA-65. */
const PUBLIC_KEY = base64(1984);
export const role: Schema<shape.Role> = named('Role', choice(ROLES));
const username = text({ max: MAX_USERNAME_LENGTH, pattern: USERNAME_PATTERN });
const name = text({ min: 1, max: MAX_NAME_LENGTH });

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

const parameters = {
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
const vault = record<shape.VaultRecord>('VaultRecord', {
  version: whole(1),
  sealed: base64({ min: 1, max: 4 * 1024 }),
  slots: list(slot, 20),
});
const prekeys = record<shape.PrekeyUpload>('PrekeyUpload', {
  signedPrekey: optional(SIGNED),
  batch: optional(base64({ min: 1, max: 160 * 1024 })),
});
const deviceFields = { certificate: CERTIFICATE, deviceList: SIGNED, leaf: SIGNED, prekeys };
const device = record<shape.DeviceUpload>('DeviceUpload', deviceFields);
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
const linkToken = text({ max: 200, about: 'What stands behind # in the link.' });

const session = record<shape.SessionRecord>('SessionRecord', {
  id: id(32, 'Names it; not the secret.'),
  current: flag,
  device: nullable(id(16)),
  address: text(),
  agent: text(),
  createdAt: moment,
  lastUsedAt: moment,
});
const named32 = { request: base64(32) };
const placeToken = record<link.LinkToken>('LinkToken', { token: base64(32) });
const state: Schema<link.LinkState> = choice(['waiting', 'answered', 'done', 'cancelled']);
const GONE = 'The link was used up, has expired or was taken back.';

export const ACCOUNTS = {
  [`GET ${PATHS.workspace}`]: {
    summary: 'What anybody may know of the workspace',
    tag: 'Workspace',
    access: 'open',
    answers: { 200: workspace },
  },
  [`POST ${PATHS.registerStart}`]: {
    summary: 'Look at an invite, and prepare a passkey',
    tag: 'Workspace',
    access: 'open',
    body: record<shape.RegisterStartRequest>('RegisterStartRequest', {
      token: linkToken,
      username: optional(username),
      name: optional(name),
      account: id(16),
    }),
    answers: {
      200: record<shape.RegisterStart>('RegisterStart', {
        kind: choice(['setup', 'invite']),
        role,
        workspace,
        passkey: nullable(newPasskeyOptions),
      }),
    },
    refusals: { 410: GONE },
  },
  [`POST ${PATHS.register}`]: {
    summary: 'Make an account with its first device',
    tag: 'Workspace',
    access: 'open',
    body: record<shape.RegisterRequest>('RegisterRequest', {
      token: linkToken,
      account: id(16),
      username,
      name,
      workspaceName: optional(name),
      aik: PUBLIC_KEY,
      password: optional(password),
      passkey: optional(newPasskey),
      recoverySecret: base64(32),
      vault,
      device,
    }),
    answers: { 201: signedIn },
    refusals: { 409: 'The username or the id is taken.', 410: GONE },
  },
  [`POST ${START_AGAIN_PATHS.start}`]: {
    summary: 'Look at a link by which somebody starts again',
    tag: 'Workspace',
    access: 'open',
    body: record<StartAgainStartRequest>('StartAgainStartRequest', { token: linkToken }),
    answers: {
      200: record<StartAgainStart>('StartAgainStart', {
        directory: directoryEntry,
        workspace,
        passkey: nullable(newPasskeyOptions),
      }),
    },
    refusals: { 410: GONE },
  },
  [`POST ${START_AGAIN_PATHS.complete}`]: {
    summary: 'A new identity under the same account',
    tag: 'Workspace',
    access: 'open',
    body: record<StartAgainRequest>('StartAgainRequest', {
      token: linkToken,
      aik: PUBLIC_KEY,
      password: optional(password),
      passkey: optional(newPasskey),
      recoverySecret: base64(32),
      vault,
      device,
    }),
    answers: { 201: signedIn },
    refusals: { 409: 'The account has changed meanwhile.', 410: GONE },
  },
  [`POST ${PATHS.signInStart}`]: {
    summary: 'How this username’s password is hashed; for unknown ones as well',
    tag: 'Signing in',
    access: 'open',
    body: record<shape.SignInStartRequest>('SignInStartRequest', { username: text({ min: 1, max: 32 }) }),
    answers: { 200: record<shape.PasswordParameters>('PasswordParameters', parameters) },
  },
  [`GET ${PATHS.session}`]: {
    summary: 'The session that asks',
    tag: 'Account',
    answers: { 200: signedIn },
  },
  [`GET ${PATHS.sessions}`]: {
    summary: 'Sessions of one’s own',
    tag: 'Account',
    answers: { 200: list(session) },
  },
  [`DELETE ${PATHS.sessions}/:id`]: {
    summary: 'End a session',
    tag: 'Account',
    path: { id: id(32) },
    answers: { 204: null },
    refusals: { 404: 'It has ended already.' },
  },
  [`POST ${PATHS.signOut}`]: {
    summary: 'End this session, or all of them with every token',
    tag: 'Account',
    body: record<shape.SignOutRequest>('SignOutRequest', { everywhere: flag }),
    answers: { 204: null },
  },
  [`GET ${PATHS.vault}`]: { summary: 'The sealed vault', tag: 'Account', answers: { 200: vault } },
  [`PUT ${PATHS.vault}`]: {
    summary: 'The next version of the vault, in a signed device list',
    tag: 'Account',
    access: 'device',
    body: record<shape.VaultUpdate>('VaultUpdate', { vault, deviceList: SIGNED, leaf: SIGNED }),
    answers: { 204: null },
    refusals: { 409: 'Another device was quicker.' },
  },
  [`POST ${PATHS.devices}`]: {
    summary: 'Add a device; the session becomes its',
    tag: 'Devices',
    body: device,
    answers: { 204: null },
    refusals: { 409: 'Five devices, or changed elsewhere at the same time.' },
  },
  [`POST ${PATHS.resume}`]: {
    summary: 'A device takes this session',
    tag: 'Devices',
    body: record<shape.ResumeRequest>('ResumeRequest', { device: id(16), proof: base64(3373) }),
    answers: { 204: null },
    refusals: { 404: 'This account has no such device.' },
  },
  [`POST ${REMOVAL_PATH}`]: {
    summary: 'The signed list that removed a device',
    tag: 'Devices',
    access: 'open',
    body: record<RemovalRequest>('RemovalRequest', { device: id(16) }),
    answers: { 200: record<Removal>('Removal', { deviceList: nullable(SIGNED) }) },
  },
  [`PUT ${PATHS.devices}/:id`]: {
    summary: 'The same device under a new certificate',
    tag: 'Devices',
    path: { id: id(16) },
    body: record<shape.RenewRequest>('RenewRequest', {
      certificate: CERTIFICATE,
      deviceList: SIGNED,
      leaf: SIGNED,
    }),
    answers: { 204: null },
    refusals: { 404: 'This account has no such device.', 409: 'Changed elsewhere at the same time.' },
  },
  [`DELETE ${PATHS.devices}/:id`]: {
    summary: 'Remove a device with its sessions and tokens',
    tag: 'Devices',
    path: { id: id(16) },
    body: record<shape.RevokeRequest>('RevokeRequest', { deviceList: SIGNED, leaf: SIGNED }),
    answers: { 204: null },
    refusals: { 404: 'This account has no such device.', 409: 'Changed elsewhere at the same time.' },
  },
  [`POST ${LINK_PATHS.links}`]: {
    summary: 'A new device asks to be approved',
    tag: 'Devices',
    access: 'open',
    body: record<link.LinkStart>('LinkStart', { request: base64({ min: 1, max: 3600 }) }),
    answers: { 201: record<link.LinkStarted>('LinkStarted', { token: base64(32), expiresAt: moment }) },
    refusals: { 409: 'The same request, or as many as there can be, wait already.' },
  },
  [`POST ${LINK_PATHS.state}`]: {
    summary: 'What became of a request',
    tag: 'Devices',
    access: 'open',
    body: placeToken,
    answers: {
      200: record<link.LinkStatus>('LinkStatus', {
        state,
        answer: nullable(base64({ min: 1, max: 48 * 1024 })),
      }),
    },
    refusals: { 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.cancel}`]: {
    summary: 'Take a request back',
    tag: 'Devices',
    access: 'open',
    body: placeToken,
    answers: { 204: null },
    refusals: { 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.complete}`]: {
    summary: 'The approved device publishes itself',
    tag: 'Devices',
    access: 'open',
    body: record<link.LinkComplete>('LinkComplete', { ...deviceFields, token: base64(32) }),
    answers: { 201: signedIn },
    refusals: { 409: 'It was not approved, or the account has changed.', 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.find}`]: {
    summary: 'Find a request by five characters of its code',
    tag: 'Devices',
    access: 'device',
    body: record<link.LinkFind>('LinkFind', { finder: text({ pattern: /^[0-9A-HJKMNP-TV-Z]{5}$/ }) }),
    answers: {
      200: record<link.LinkFound>('LinkFound', {
        request: base64({ min: 1, max: 3600 }),
        createdAt: moment,
        expiresAt: moment,
      }),
    },
    refusals: { 404: 'No device waits with this code.' },
  },
  [`POST ${LINK_PATHS.answer}`]: {
    summary: 'Approve a request',
    tag: 'Devices',
    access: 'device',
    body: record<link.LinkAnswer>('LinkAnswer', {
      ...named32,
      certificateHash: base64(32),
      answer: base64({ min: 1, max: 48 * 1024 }),
    }),
    answers: { 204: null },
    refusals: { 404: 'No device waits any more.', 409: 'It was answered already.', 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.outcome}`]: {
    summary: 'What became of an approval',
    tag: 'Devices',
    access: 'device',
    body: record<link.LinkName>('LinkName', named32),
    answers: { 200: record<link.LinkOutcome>('LinkOutcome', { state }) },
    refusals: { 404: 'Nothing was approved under this name.', 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.withdraw}`]: {
    summary: 'Take an approval back',
    tag: 'Devices',
    access: 'device',
    body: object<link.LinkName>(named32),
    answers: { 204: null },
    refusals: {
      404: 'Nothing was approved under this name.',
      409: 'It was used already.',
      410: 'It is over.',
    },
  },
  [`GET ${PATHS.prekeys}`]: {
    summary: 'How many one-time prekeys this device has left',
    tag: 'Devices',
    access: 'device',
    answers: { 200: record<shape.PrekeyStock>('PrekeyStock', { remaining: whole() }) },
  },
  [`POST ${PATHS.prekeys}`]: {
    summary: 'Publish prekeys of this device',
    tag: 'Devices',
    access: 'device',
    body: prekeys,
    answers: { 204: null },
    refusals: { 409: 'As many as a device can keep, or ids that were used before.' },
  },
  [`POST ${PATHS.passkeyStart}`]: {
    summary: 'Begin signing in with a passkey',
    tag: 'Signing in',
    access: 'open',
    answers: {
      200: record<shape.PasskeySignInStart>('PasskeySignInStart', {
        options: webauthn('PublicKeyCredentialRequestOptionsJSON of WebAuthn.'),
      }),
    },
    refusals: { 409: 'This address has no passkeys.' },
  },
} as const satisfies Operations;

/** Signing in with what proves it; the answers are those of the room that asks for second factors. */
const secret = { username: text({ min: 1, max: 32 }), secret: base64(32) };
const WRONG = 'Unknown, wrong or disabled: all alike.';

const secondFactorNeeded = record<SecondFactorNeeded>('SecondFactorNeeded', { secondFactor: base64(32) });

export const SIGNING_IN = {
  [`POST ${PATHS.signInPassword}`]: {
    summary: 'Sign in by the secret that a password gives',
    tag: 'Signing in',
    access: 'open',
    body: record<shape.PasswordSignInRequest>('PasswordSignInRequest', secret),
    answers: { 200: either(signedIn, secondFactorNeeded) },
    refusals: { 401: WRONG },
  },
  [`POST ${PATHS.signInRecovery}`]: {
    summary: 'Sign in by the secret that the recovery code gives',
    tag: 'Signing in',
    access: 'open',
    body: record<shape.RecoverySignInRequest>('RecoverySignInRequest', secret),
    answers: { 200: either(signedIn, secondFactorNeeded) },
    refusals: { 401: WRONG },
  },
  [`POST ${PATHS.signInPasskey}`]: {
    summary: 'Sign in by a passkey',
    tag: 'Signing in',
    access: 'open',
    body: record<shape.PasskeySignInRequest>('PasskeySignInRequest', {
      response: webauthn('AuthenticationResponseJSON of WebAuthn.'),
    }),
    answers: { 200: signedIn },
    refusals: { 401: WRONG },
  },
} as const satisfies Operations;
