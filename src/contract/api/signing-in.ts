/** Signing in and out, and what is signed in. */
import type * as shape from '../accounts.ts';
import { PATHS } from '../paths.ts';
import type { SecondFactorNeeded } from '../security.ts';
import { parameters, signedIn } from './account-shapes.ts';
import type { Operations } from './operation.ts';
import { base64, either, flag, id, list, moment, nullable, record, text, webauthn } from './schema.ts';

const session = record<shape.SessionRecord>('SessionRecord', {
  id: id(32, 'Names it; not the secret.'),
  current: flag,
  device: nullable(id(16)),
  address: text(),
  agent: text(),
  createdAt: moment,
  lastUsedAt: moment,
});
const secret = { username: text({ min: 1, max: 32 }), secret: base64(32) };
const WRONG = 'Unknown, wrong or disabled: all alike.';
const secondFactorNeeded = record<SecondFactorNeeded>('SecondFactorNeeded', { secondFactor: base64(32) });

export const SIGNING_IN = {
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
