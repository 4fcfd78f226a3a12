/** Signed requests to an ACME server (RFC 8555, 6): one directory, one account, a fresh nonce each. */
import { type AccountKey, base64url } from './account-key.ts';

/** What the server said no to, in its words. */
export class AcmeRefused extends Error {
  override readonly name = 'AcmeRefused';
}

export interface AcmeAnswer {
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The URL of what was made; empty where nothing was. */
  readonly location: string;
  /** Milliseconds that the server asks to wait; null where it does not. */
  readonly retryAfter: number | null;
}

export interface AcmeRequests {
  /** A signed request; `null` reads. Throws AcmeRefused. */
  post(url: string, payload: unknown): Promise<AcmeAnswer>;
  /** The address of a resource of the directory. */
  address(name: 'newAccount' | 'newOrder'): Promise<string>;
  readonly thumbprint: string;
}

/** Milliseconds for one answer. */
const TIMEOUT_MS = 30_000;
/** Times that a request goes again with another nonce: servers forget them. */
const NONCE_TRIES = 3;
const BAD_NONCE = 'urn:ietf:params:acme:error:badNonce';

/** @param contact an address that the authority writes to, or null */
export function acmeRequests(directoryUrl: string, key: AccountKey, contact: string | null): AcmeRequests {
  let directory: Readonly<Record<string, unknown>> | null = null;
  let account: string | null = null;
  let nonce: string | null = null;

  const address = async (name: string): Promise<string> => {
    directory ??= record(await (await ask(directoryUrl, {})).json());
    const found = directory[name];
    if (typeof found !== 'string') throw new AcmeRefused(`${directoryUrl} is not an ACME directory.`);
    return found;
  };

  const freshNonce = async (): Promise<string> => {
    const kept = nonce;
    nonce = null;
    if (kept !== null) return kept;
    const given = (await ask(await address('newNonce'), { method: 'HEAD' })).headers.get('replay-nonce');
    if (given === null) throw new AcmeRefused('The ACME server gives no nonce.');
    return given;
  };

  const send = async (
    url: string,
    payload: unknown,
    signer: Record<string, unknown>,
  ): Promise<AcmeAnswer> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await ask(url, {
        method: 'POST',
        headers: { 'content-type': 'application/jose+json' },
        body: await key.sign({ ...signer, nonce: await freshNonce(), url }, payload),
      });
      nonce = answer.headers.get('replay-nonce');
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      const body = isJson ? record(JSON.parse(text)) : {};
      if (answer.ok)
        return {
          body,
          text,
          location: answer.headers.get('location') ?? '',
          retryAfter: secondsOf(answer.headers.get('retry-after')),
        };
      if (body.type !== BAD_NONCE || tries === NONCE_TRIES) throw refused(answer.status, body);
    }
  };

  const openAccount = async (): Promise<string> => {
    const wanted = {
      termsOfServiceAgreed: true,
      ...(contact === null ? {} : { contact: [`mailto:${contact}`] }),
    };
    return (await send(await address('newAccount'), wanted, { jwk: key.jwk })).location;
  };

  return {
    address,
    thumbprint: key.thumbprint,
    async post(url, payload) {
      account ??= await openAccount();
      return send(url, payload, { kid: account });
    },
  };
}

/** DER as a request carries it. */
export const derField = (der: ArrayBuffer): string => base64url(new Uint8Array(der));

/** One problem document (RFC 7807) as a sentence. */
export function refused(status: number, problem: Readonly<Record<string, unknown>>): AcmeRefused {
  const detail = typeof problem.detail === 'string' ? problem.detail : `status ${status}`;
  return new AcmeRefused(`The ACME server refused: ${detail.slice(0, 300)}`);
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new AcmeRefused('The ACME server answered something that is not ACME.');
  return value as Readonly<Record<string, unknown>>;
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'follow', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AcmeRefused(`${new URL(url).host} does not answer: ${reason}`);
  }
}

function secondsOf(text: string | null): number | null {
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
