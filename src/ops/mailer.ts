/** Hands one letter to a mail server. The only import of nodemailer, which is loaded with the first letter. */
import type { MailServer } from '../config/mail.ts';

export interface Letter {
  /** Stays the same when a letter is tried again, so that a mail server can tell. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Such as `de`. */
  readonly language: string;
}

/** The mail server refuses this letter for good (RFC 5321, 4.2.1: a 5yz reply to the recipient or the message). */
export class LetterRefused extends Error {
  override readonly name = 'LetterRefused';
}

export interface Mailer {
  /** Resolves when the server has taken it. Throws LetterRefused, or any other error for what may pass by itself. */
  send(letter: Letter): Promise<void>;
  /** Connects, encrypts and signs in, and sends nothing. Throws what is wrong. */
  check(): Promise<void>;
  close(): void;
}

/** Milliseconds for a connection, for the server's greeting, and without a byte. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

export function createMailer({ url, from }: MailServer): Mailer {
  const hostname = from.replace(/^.*@|>$/g, '');
  let opening: Promise<Awaited<ReturnType<typeof open>>> | null = null;
  const transport = () => {
    opening ??= open(url);
    return opening;
  };
  return {
    async send({ id, to, subject, text, language }) {
      try {
        await (await transport()).sendMail({
          from,
          // As an address and nothing else: a list or a name in it would be parsed.
          to: { name: '', address: to },
          subject,
          text,
          messageId: `<${id}@${hostname}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
      } catch (error) {
        throw isFinal(error) ? new LetterRefused(sayingOf(error), { cause: error }) : error;
      }
    },
    async check() {
      await (await transport()).verify();
    },
    close() {
      opening?.then((open) => open.close()).catch(() => undefined);
    },
  };
}

async function open(url: string) {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  return createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    // A password is never sent in the clear.
    requireTLS: username !== '',
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    pool: true,
    maxConnections: 1,
    ...TIMEOUTS,
  });
}

/** 5yz to the recipient or the letter itself. What the server says to our sign-in or our wish for TLS, its operator may mend. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || !('responseCode' in error)) return false;
  const ofLetter = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  return ofLetter && Number(error.responseCode) >= 500 && Number(error.responseCode) < 600;
}

/** The server's own words, one line, without what it repeats of ours. */
function sayingOf(error: unknown): string {
  const said = error instanceof Error && 'response' in error ? String(error.response) : String(error);
  return said.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 200);
}
