/** Records that more than one call carries, read from JSON. Sizes are bounds; the services verify what is inside. */

import type { PasskeySignInRequest, RegisterRequest, VaultSlotRecord } from '../contract/accounts.ts';
import { MAX_NAME_LENGTH, MAX_USERNAME_LENGTH, USERNAME_PATTERN } from '../contract/limits.ts';
import { sentence } from '../contract/words.ts';
import type { Input } from '../http/input.ts';
import type { DeviceUploadBytes } from '../services/devices.ts';
import type { PublishedList } from '../services/leaves.ts';
import type { NewSlot } from '../services/passkeys.ts';
import type { PrekeyUploadBytes } from '../services/prekey-upload.ts';
import type { Vault } from '../services/vaults.ts';
import type { NewPassword } from '../services/ways.ts';

/** Bytes of signed records: a certificate has two hybrid signatures and a key, a statement or a list one signature. */
const CERTIFICATE = { min: 1, max: 12 * 1024 };
const SIGNED = { min: 1, max: 24 * 1024 };
/** A hundred leaves of about 1,250 bytes under one signature. */
const BATCH = { min: 1, max: 160 * 1024 };
const SEALED = { min: 1, max: 4 * 1024 };
const SLOT = { min: 1, max: 1024 };
/** Passkeys, a password and a recovery code. */
const MAX_SLOTS = 20;
/** Characters of a WebAuthn credential id (1,023 bytes) in base64url. */
const MAX_CREDENTIAL_ID = 1400;
const KINDS: readonly VaultSlotRecord['kind'][] = ['prf', 'password', 'recovery'];

export const readUsername = (input: Input): string =>
  input.text('username', {
    max: MAX_USERNAME_LENGTH,
    lower: true,
    pattern: USERNAME_PATTERN,
    sentence: sentence(
      'A username has letters a to z, digits, and dots, dashes or underscores between them.',
    ),
  });

export const readName = (input: Input, field: 'name' | 'workspaceName'): string =>
  input.text(field, { max: MAX_NAME_LENGTH });

export const readPublishedList = (input: Input): PublishedList => ({
  deviceList: input.bytes('deviceList', SIGNED),
  leaf: input.bytes('leaf', SIGNED),
});

export const readPassword = (input: Input): NewPassword => ({
  salt: input.bytes('salt', 16),
  memory: input.whole('memory', { min: 1, max: 2 ** 22 }),
  passes: input.whole('passes', { min: 1, max: 100 }),
  lanes: input.whole('lanes', { min: 1, max: 16 }),
  secret: input.bytes('secret', 32),
});

export function readVault(input: Input): Vault {
  const slots = input.objects('slots', MAX_SLOTS).map((slot) => ({
    kind: slot.choice('kind', KINDS),
    id: slot.text('id', { min: 0, max: MAX_CREDENTIAL_ID }),
    record: slot.bytes('record', SLOT),
  }));
  if (new Set(slots.map(({ kind, id }) => `${kind} ${id}`)).size < slots.length)
    input.problem('slots', sentence('A slot stands here twice.'), null);
  return {
    version: input.whole('version', { min: 1, max: Number.MAX_SAFE_INTEGER }),
    sealed: input.bytes('sealed', SEALED),
    slots,
  };
}

export const readSlotUpdate = (input: Input): NewSlot => ({
  version: input.whole('version', { min: 1, max: Number.MAX_SAFE_INTEGER }),
  record: input.bytes('record', SLOT),
});

export const readPrekeys = (input: Input): PrekeyUploadBytes => ({
  signedPrekey: input.has('signedPrekey') ? input.bytes('signedPrekey', SIGNED) : null,
  batch: input.has('batch') ? input.bytes('batch', BATCH) : null,
});

export const readCertificate = (input: Input): Uint8Array => input.bytes('certificate', CERTIFICATE);

export const readDevice = (input: Input): DeviceUploadBytes => ({
  certificate: readCertificate(input),
  ...readPublishedList(input),
  prekeys: readPrekeys(input.object('prekeys')),
});

/** What a browser answers to `navigator.credentials.create`; its parts are verified by the WebAuthn library. */
export function readNewPasskey(input: Input): NonNullable<RegisterRequest['passkey']> {
  const response = input.object('response');
  return {
    ...credential(input),
    response: {
      clientDataJSON: opaque(response, 'clientDataJSON'),
      attestationObject: opaque(response, 'attestationObject'),
      transports: texts(response.raw('transports')),
    },
  };
}

/** What a browser answers to `navigator.credentials.get`. */
export function readPasskey(input: Input): PasskeySignInRequest['response'] {
  const response = input.object('response');
  return {
    ...credential(input),
    response: {
      clientDataJSON: opaque(response, 'clientDataJSON'),
      authenticatorData: opaque(response, 'authenticatorData'),
      signature: opaque(response, 'signature'),
      ...(response.has('userHandle') ? { userHandle: opaque(response, 'userHandle') } : {}),
    },
  };
}

// Extension results are left behind: a client that forgot to remove its PRF output has not given it away here.
const credential = (input: Input) => ({
  id: input.text('id', { max: MAX_CREDENTIAL_ID }),
  rawId: input.text('rawId', { max: MAX_CREDENTIAL_ID }),
  type: input.choice('type', ['public-key']),
  clientExtensionResults: {},
});

const opaque = (input: Input, name: string): string => input.text(name, { max: 64 * 1024 });

/** Transports are hints (usb, internal, hybrid, ...): what is none is dropped. */
const texts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.filter((item) => typeof item === 'string' && /^[a-z-]{1,20}$/.test(item)).slice(0, 10)
    : [];
