/** Showing who one is, and the ways in of one's own. */
import type { PasskeySignInStart } from '../accounts.ts';
import { MAX_NAME_LENGTH, MAX_TYPED_CODE } from '../limits.ts';
import { PATHS } from '../paths.ts';
import type * as shape from '../security.ts';
import { newPasskey, newPasskeyOptions, password, signedIn } from './account-shapes.ts';
import type { Operations } from './operation.ts';
import { base64, flag, list, moment, nullable, record, text, webauthn, whole } from './schema.ts';

const code = text({
  min: 1,
  max: MAX_TYPED_CODE,
  about: 'Six digits of the authenticator app, or a backup code.',
});
const name = text({ max: MAX_NAME_LENGTH });
const credential = text({ about: 'Credential id.' });
const slot = record<shape.SlotUpdate>('SlotUpdate', {
  version: whole(1),
  record: base64({ min: 1, max: 1024 }),
});
const CHANGED = 'The vault is of another version now.';
const GONE = 'There is no such passkey any more.';

export const SECURITY = {
  [`POST ${PATHS.signInCode}`]: {
    summary: 'Go on from SecondFactorNeeded by a code',
    tag: 'Signing in',
    access: 'open',
    body: record<shape.CodeSignInRequest>('CodeSignInRequest', {
      ticket: text({ min: 1, max: 100 }),
      code,
    }),
    answers: { 200: signedIn },
    refusals: { 401: 'The account was disabled.', 410: 'The ticket is over: sign in once more.' },
  },
  [`POST ${PATHS.confirmPassword}`]: {
    summary: 'Show once more who one is, by the password',
    tag: 'Signing in',
    body: record<shape.SecretConfirmation>('SecretConfirmation', { secret: base64(32) }),
    answers: { 204: null },
  },
  [`POST ${PATHS.confirmRecovery}`]: {
    summary: 'The same by the recovery code',
    tag: 'Signing in',
    body: record<shape.SecretConfirmation>('SecretConfirmation', { secret: base64(32) }),
    answers: { 204: null },
  },
  [`POST ${PATHS.confirmCode}`]: {
    summary: 'The same by a code',
    tag: 'Signing in',
    body: record<shape.CodeConfirmation>('CodeConfirmation', { code }),
    answers: { 204: null },
  },
  [`POST ${PATHS.confirmPasskeyStart}`]: {
    summary: 'Begin the same with a passkey',
    tag: 'Signing in',
    answers: {
      200: record<PasskeySignInStart>('PasskeySignInStart', {
        options: webauthn('PublicKeyCredentialRequestOptionsJSON of WebAuthn.'),
      }),
    },
    refusals: { 409: 'There is no passkey that works at this address.' },
  },
  [`POST ${PATHS.confirmPasskey}`]: {
    summary: 'The same by a passkey',
    tag: 'Signing in',
    body: record<shape.PasskeyConfirmation>('PasskeyConfirmation', {
      response: webauthn('AuthenticationResponseJSON of WebAuthn.'),
    }),
    answers: { 204: null },
  },
  [`DELETE ${PATHS.sessions}`]: {
    summary: 'End all sessions but this one',
    tag: 'Account',
    answers: { 204: null },
  },
  [`GET ${PATHS.passkeys}`]: {
    summary: 'Passkeys of one’s own',
    tag: 'Account',
    answers: {
      200: list(
        record<shape.PasskeyRecord>('PasskeyRecord', {
          id: credential,
          name,
          addedAt: moment,
          usedAt: moment,
          opensVault: flag,
        }),
      ),
    },
  },
  [`POST ${PATHS.passkeysStart}`]: {
    summary: 'Begin adding a passkey',
    tag: 'Account',
    access: 'fresh',
    answers: { 200: record<shape.PasskeyAddStart>('PasskeyAddStart', { options: newPasskeyOptions }) },
    refusals: { 409: 'Ten passkeys, or this address has none.' },
  },
  [`POST ${PATHS.passkeys}`]: {
    summary: 'Add a passkey, with its slot of the vault',
    tag: 'Account',
    access: 'fresh',
    body: record<shape.PasskeyAdd>('PasskeyAdd', { response: newPasskey, name, slot: nullable(slot) }),
    answers: { 204: null },
    refusals: { 409: CHANGED },
  },
  [`PATCH ${PATHS.passkeys}/:id`]: {
    summary: 'Give a passkey another name',
    tag: 'Account',
    path: { id: credential },
    body: record<shape.PasskeyRename>('PasskeyRename', { name }),
    answers: { 204: null },
    refusals: { 404: GONE },
  },
  [`DELETE ${PATHS.passkeys}/:id`]: {
    summary: 'Remove a passkey, with its slot of the vault',
    tag: 'Account',
    access: 'fresh',
    path: { id: credential },
    answers: { 204: null },
    refusals: { 404: GONE, 409: 'It is the last way in.' },
  },
  [`PUT ${PATHS.password}`]: {
    summary: 'Set the password, with its slot of the vault; all other sessions end',
    tag: 'Account',
    access: 'fresh',
    body: record<shape.PasswordChange>('PasswordChange', { password, slot }),
    answers: { 204: null },
    refusals: { 409: CHANGED },
  },
  [`GET ${PATHS.secondFactor}`]: {
    summary: 'Whether the second factor is on, and how many backup codes are left',
    tag: 'Account',
    answers: {
      200: record<shape.SecondFactorRecord>('SecondFactorRecord', {
        since: nullable(moment),
        codes: whole(0, 10),
      }),
    },
  },
} as const satisfies Operations;
