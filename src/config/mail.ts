/** Where mail goes out. */
import { ConfigError } from './error.ts';

export interface MailServer {
  /** smtp: (STARTTLS where it is offered, and demanded with a password) or smtps:, with user and password where it wants them. */
  readonly url: string;
  /** What mail says it is from: an address, or `Name <address>`. */
  readonly from: string;
}

/** Both or none. */
export function mailServer(url: string, from: string): MailServer | null {
  if (url === '' && from === '') return null;
  const parsed = URL.parse(url);
  // The address may hold a password: it is not repeated.
  if (!parsed || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '')
    throw new ConfigError('--smtp takes an address such as smtp://user:password@mail.example.org:587.');
  if (!/^(?:[^<>\r\n]+ <)?[^\s<>@]+@[^\s<>@]+>?$/.test(from))
    throw new ConfigError(`--mail-from takes an address such as sotto@example.org, not "${from}".`);
  return Object.freeze({ url, from });
}
