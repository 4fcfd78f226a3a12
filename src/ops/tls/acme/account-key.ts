/** The key of an account at an ACME server, and what is signed with it (RFC 7515; RFC 8555, 6.2). ECDSA P-256. */
import { keepText, readText } from '../kept-pairs.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const FILE = 'acme-account.json';

export interface AccountKey {
  /** The public key as the header of a request carries it. */
  readonly jwk: Readonly<Record<'crv' | 'kty' | 'x' | 'y', string>>;
  /** base64url of SHA-256 (RFC 7638): ends the answer to a challenge. */
  readonly thumbprint: string;
  /** A flattened JWS; without a payload it is a POST-as-GET. */
  sign(header: Readonly<Record<string, unknown>>, payload: unknown): Promise<string>;
}

/** The key in the folder, or a new one that is kept there. */
export async function openAccountKey(folder: string): Promise<AccountKey> {
  const kept = readText(`${folder}/${FILE}`);
  if (kept !== null) return accountKey(JSON.parse(kept));
  const { privateKey } = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const jwk = await crypto.subtle.exportKey('jwk', privateKey);
  keepText(folder, FILE, JSON.stringify(jwk));
  return accountKey(jwk);
}

async function accountKey(whole: JsonWebKey): Promise<AccountKey> {
  const key = await crypto.subtle.importKey('jwk', whole, EC, false, ['sign']);
  // In the order of RFC 7638.
  const jwk = { crv: whole.crv ?? '', kty: whole.kty ?? '', x: whole.x ?? '', y: whole.y ?? '' };
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(jwk)));
  return {
    jwk,
    thumbprint: base64url(new Uint8Array(hash)),
    async sign(header, payload) {
      const head = encode({ alg: 'ES256', ...header });
      const body = payload === null ? '' : encode(payload);
      const signature = await crypto.subtle.sign(EC, key, new TextEncoder().encode(`${head}.${body}`));
      return JSON.stringify({
        protected: head,
        payload: body,
        signature: base64url(new Uint8Array(signature)),
      });
    },
  };
}

export const base64url = (bytes: Uint8Array): string =>
  bytes.toBase64({ alphabet: 'base64url', omitPadding: true });

const encode = (value: unknown): string => base64url(new TextEncoder().encode(JSON.stringify(value)));
