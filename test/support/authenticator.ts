/**
 * A passkey in software (WebAuthn 3, packed without attestation): what a browser answers, byte for byte, so that the
 * server's checks can be met and missed one at a time.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import { toBase64 } from '../../src/contract/bytes.ts';
import { random } from './person.ts';

/** What this authenticator says wrongly; nothing by default. */
export interface Quirks {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: string;
  readonly userVerified?: boolean;
  readonly userHandle?: string;
  /** The counter to claim; otherwise one more than before. */
  readonly counter?: number;
}

const FLAG_PRESENT = 0x01;
const FLAG_VERIFIED = 0x04;
const FLAG_ATTESTED = 0x40;

export class Authenticator {
  readonly id = random(32);
  #counter = 0;
  #userHandle = '';
  #keys: CryptoKeyPair | null = null;

  /** @param origin of the page that asks */
  constructor(private readonly origin: string) {}

  /** Answers `navigator.credentials.create`. */
  async create(
    options: PublicKeyCredentialCreationOptionsJSON,
    quirks: Quirks = {},
  ): Promise<RegistrationResponseJSON> {
    this.#keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    this.#userHandle = options.user.id;
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', this.#keys.publicKey));
    const cose = new Map<number, number | Uint8Array<ArrayBuffer>>([
      [1, 2], // kty: EC2
      [3, -7], // alg: ES256
      [-1, 1], // crv: P-256
      [-2, raw.slice(1, 33)],
      [-3, raw.slice(33, 65)],
    ]);
    const attested = Buffer.concat([
      new Uint8Array(16), // aaguid
      Uint8Array.of(0, this.id.length),
      this.id,
      isoCBOR.encode(cose),
    ]);
    const authData = await this.#authData(options.rp.id ?? '', FLAG_ATTESTED, quirks, attested);
    const attestationObject = isoCBOR.encode(
      new Map<string, string | Map<string, string> | Uint8Array<ArrayBuffer>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, string>()],
        ['authData', authData],
      ]),
    );
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: toBase64(this.#clientData('webauthn.create', options.challenge, quirks)),
        attestationObject: toBase64(attestationObject),
        transports: ['internal'],
      },
    };
  }

  /** Answers `navigator.credentials.get`. */
  async get(
    options: PublicKeyCredentialRequestOptionsJSON,
    quirks: Quirks = {},
  ): Promise<AuthenticationResponseJSON> {
    if (!this.#keys) throw new Error('no passkey was made');
    const authData = await this.#authData(options.rpId ?? '', 0, quirks, new Uint8Array());
    const clientData = this.#clientData('webauthn.get', options.challenge, quirks);
    const signed = Buffer.concat([
      authData,
      new Uint8Array(await crypto.subtle.digest('SHA-256', clientData)),
    ]);
    const signature = new Uint8Array(
      await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.#keys.privateKey, signed),
    );
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: toBase64(clientData),
        authenticatorData: toBase64(authData),
        signature: toBase64(der(signature)),
        userHandle: quirks.userHandle ?? this.#userHandle,
      },
    };
  }

  #credential() {
    const id = toBase64(this.id);
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} };
  }

  #clientData(type: string, challenge: string, quirks: Quirks): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(
      JSON.stringify({
        type: quirks.type ?? type,
        challenge: quirks.challenge ?? challenge,
        origin: quirks.origin ?? this.origin,
        crossOrigin: false,
      }),
    );
  }

  async #authData(
    rpId: string,
    flags: number,
    quirks: Quirks,
    rest: Uint8Array,
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#counter = quirks.counter ?? this.#counter + 1;
    const head = new Uint8Array(37);
    const name = new TextEncoder().encode(quirks.rpId ?? rpId);
    head.set(new Uint8Array(await crypto.subtle.digest('SHA-256', name)));
    head[32] = flags | FLAG_PRESENT | (quirks.userVerified === false ? 0 : FLAG_VERIFIED);
    new DataView(head.buffer).setUint32(33, this.#counter);
    return new Uint8Array(Buffer.concat([head, rest]));
  }
}

/** WebCrypto's r || s as the ASN.1 sequence that authenticators give. */
function der(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const trimmed = bytes.subarray(start);
    const positive = (trimmed[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...trimmed) : trimmed;
    return Uint8Array.of(2, positive.length, ...positive);
  };
  const body = [...integer(signature.subarray(0, 32)), ...integer(signature.subarray(32))];
  return Uint8Array.of(0x30, body.length, ...body);
}
