/** How connections are encrypted: by a private authority of the server's own, by certificate files, or by a public authority (ACME). */
import { isIP } from 'node:net';
import { ConfigError } from './error.ts';

export type TlsChoice =
  /** A private authority and a certificate of it, in the data folder. */
  | { readonly kind: 'auto' }
  /** Files in PEM, read again when they change. */
  | { readonly kind: 'files'; readonly certificate: string; readonly key: string }
  /** RFC 8555, by http-01 on `httpPort`. */
  | { readonly kind: 'acme'; readonly directory: string; readonly email: string | null };

const PUBLIC_DIRECTORY = 'https://acme-v02.api.letsencrypt.org/directory';

/** `auto`, `acme` or `CERT,KEY`; null without the flag. */
export function tlsChoice(text: string, directory: string, email: string): TlsChoice | null {
  if (text === '') {
    if (directory !== '' || email !== '')
      throw new ConfigError('--acme-directory and --acme-email go with --tls acme.');
    return null;
  }
  if (text === 'auto') return Object.freeze({ kind: 'auto' });
  if (text === 'acme')
    return Object.freeze({
      kind: 'acme',
      directory: directoryUrl(directory === '' ? PUBLIC_DIRECTORY : directory),
      email: email === '' ? null : email,
    });
  const [certificate = '', key = '', ...more] = text.split(',').map((part) => part.trim());
  if (certificate === '' || key === '' || more.length > 0)
    throw new ConfigError(`--tls takes auto, acme or CERT,KEY (two files), not "${text}".`);
  return Object.freeze({ kind: 'files', certificate, key });
}

/** Where ACME servers ask over plain HTTP (RFC 8555, 8.3). */
const ACME_HTTP_PORT = 80;

/**
 * What goes with what: an address over https, a name for a public authority, and the port of plain HTTP, which is null where
 * nothing answers there.
 */
export function plainHttpPort(tls: TlsChoice | null, url: string | null, port: number | null): number | null {
  if (!tls) {
    if (port !== null) throw new ConfigError('--http-port goes with --tls.');
    return null;
  }
  if (url?.startsWith('http:'))
    throw new ConfigError(`With --tls, --url starts with https://, unlike "${url}".`);
  if (tls.kind !== 'acme') return port;
  const host = url === null ? '' : new URL(url).hostname;
  if (!host.includes('.') || host.startsWith('[') || isIP(host) !== 0)
    throw new ConfigError(
      '--tls acme needs --url with the name of this server, such as https://chat.example.org.',
    );
  return port ?? ACME_HTTP_PORT;
}

function directoryUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:')
    throw new ConfigError(`--acme-directory takes an https: address, not "${text}".`);
  return url.href;
}
