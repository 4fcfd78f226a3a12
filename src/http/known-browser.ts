/**
 * A cookie by which a browser is known again at its next sign-in: a random value that opens nothing. Programs get none: they send
 * no Origin.
 */
import { toBase64 } from '../contract/bytes.ts';

/** Seconds. */
const LIFETIME = 365 * 24 * 3600;
/** 32 bytes, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export interface KnownBrowser {
  /** SHA-256 of the cookie's value, hexadecimal; empty for a program. */
  readonly mark: string;
  /** The Set-Cookie header for a browser that has none yet. */
  readonly cookie: string | null;
}

/** @param origin of the workspace, which decides the cookie's name */
export function knownBrowser(request: Request, origin: string): KnownBrowser {
  const secure = origin.startsWith('https:');
  const name = secure ? '__Host-sotto-browser' : 'sotto-browser';
  const sent = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  if (sent !== undefined && TOKEN.test(sent)) return { mark: markOf(sent), cookie: null };
  if (!request.headers.has('origin')) return { mark: '', cookie: null };
  const token = toBase64(crypto.getRandomValues(new Uint8Array(32)));
  return {
    mark: markOf(token),
    cookie: `${name}=${token}; HttpOnly; Max-Age=${LIFETIME}; Path=/; SameSite=Lax${secure ? '; Secure' : ''}`,
  };
}

const markOf = (token: string): string => new Bun.CryptoHasher('sha256').update(token).digest('hex');
