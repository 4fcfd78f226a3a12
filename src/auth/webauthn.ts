/**
 * Passkeys (WebAuthn 3): discoverable, with user verification, because a passkey is the only factor and because PRF
 * needs it. The client adds the PRF salt itself and keeps its output; no key material arrives here.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { fromHex, toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import type { PasskeyRow } from '../store/credentials.ts';
import { Challenges } from './challenges.ts';
import type { SecretsPorts } from './good-once.ts';

/** Whoever signs in with a passkey is known only afterwards. */
const SIGN_IN = 'sign-in';
/** The salt is the client's own constant (protocol/password.ts); a server's word on it would count for nothing. */
const PRF = { prf: {} };

/**
 * Loaded at the first ceremony: it takes a third of the time that the server needs to start. A certificate library in it
 * wants the metadata polyfill first, which in the single binary only this order ensures.
 */
async function library() {
  await import('reflect-metadata');
  return import('@simplewebauthn/server');
}

export interface NewPasskey {
  readonly id: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  readonly transports: readonly string[];
}

export interface Webauthn {
  /** False at an address without a name or without TLS, where browsers refuse passkeys. */
  readonly available: boolean;
  /** Options to make a passkey; the ceremony's name binds the challenge to this registration. */
  registrationOptions(
    person: { readonly account: AccountId; readonly username: string; readonly name: string },
    workspace: string,
    ceremony: string,
    /** Credential ids that the person has: an authenticator with one of them makes no second. */
    known?: readonly string[],
  ): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** The passkey that was made, or null when anything about the answer is wrong. */
  verifyRegistration(response: RegistrationResponseJSON, ceremony: string): Promise<NewPasskey | null>;
  /** @param of another ceremony than signing in, for these credential ids alone */
  signInOptions(of?: {
    readonly ceremony: string;
    readonly credentials: readonly string[];
  }): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** The passkey's new counter, or null when anything about the answer is wrong. */
  verifySignIn(
    response: AuthenticationResponseJSON,
    passkey: PasskeyRow | null,
    ceremony?: string,
  ): Promise<number | null>;
}

/** @param origin what the browser must say the ceremony happened on; its host name is the relying party */
export function createWebauthn(ports: SecretsPorts, origin: () => string): Webauthn {
  const challenges = new Challenges(ports);
  const relyingParty = () => new URL(origin()).hostname;
  const expected = (ceremony: string) => ({
    expectedChallenge: (challenge: string) => challenges.take(challenge, ceremony),
    expectedOrigin: origin(),
    expectedRPID: relyingParty(),
    requireUserVerification: true,
  });

  return {
    get available() {
      return isSecureName(new URL(origin()));
    },

    async registrationOptions(person, workspace, ceremony, known = []) {
      const { generateRegistrationOptions } = await library();
      return generateRegistrationOptions({
        rpName: workspace,
        rpID: relyingParty(),
        userID: fromHex(person.account),
        userName: person.username,
        userDisplayName: person.name,
        challenge: await challenges.issue(ceremony),
        timeout: 120_000,
        attestationType: 'none',
        excludeCredentials: known.map((id) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        extensions: PRF,
      });
    },

    async verifyRegistration(response, ceremony) {
      const { verifyRegistrationResponse } = await library();
      const found = await orNull(verifyRegistrationResponse({ ...expected(ceremony), response }));
      if (!found?.verified) return null;
      const { credential } = found.registrationInfo;
      return {
        id: credential.id,
        publicKey: credential.publicKey,
        counter: credential.counter,
        transports: credential.transports ?? [],
      };
    },

    async signInOptions(of) {
      const { generateAuthenticationOptions } = await library();
      return generateAuthenticationOptions({
        rpID: relyingParty(),
        challenge: await challenges.issue(of?.ceremony ?? SIGN_IN),
        ...(of ? { allowCredentials: of.credentials.map((id) => ({ id })) } : {}),
        timeout: 120_000,
        userVerification: 'required',
        extensions: PRF,
      });
    },

    async verifySignIn(response, passkey, ceremony = SIGN_IN) {
      if (!passkey) return null;
      const handle = response.response?.userHandle;
      if (handle && handle !== toBase64(fromHex(passkey.account))) return null;
      const { verifyAuthenticationResponse } = await library();
      const found = await orNull(
        verifyAuthenticationResponse({
          ...expected(ceremony),
          response,
          credential: {
            id: passkey.id,
            publicKey: passkey.public_key,
            counter: passkey.counter,
            transports: passkey.transports.split(',').filter((transport) => transport !== ''),
          },
        }),
      );
      return found?.verified ? found.authenticationInfo.newCounter : null;
    },
  };
}

/** The library throws for each thing that is wrong; which one is nobody's business outside. */
async function orNull<T>(verification: Promise<T>): Promise<T | null> {
  try {
    return await verification;
  } catch {
    return null;
  }
}

/** Browsers take names, and no addresses, as relying parties, over TLS or on the machine itself. */
function isSecureName({ protocol, hostname }: URL): boolean {
  const secure = protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
  return secure && !hostname.startsWith('[') && !/^[\d.]+$/.test(hostname);
}
