/**
 * Codes of authenticator apps (RFC 6238: SHA-1, six digits, 30 seconds), which every such app can make, and backup codes for
 * when the app is gone. The only import of `otpauth`, which is loaded with the first code.
 */
import { createHash } from 'node:crypto';

/** Bytes of a secret (RFC 4226, 4: 160 bits). */
export const TOTP_SECRET_BYTES = 20;
/** Seconds of a step. */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after now whose code is taken too: clocks differ. */
const WINDOW = 1;

/** Backup codes that somebody has at a time. */
const BACKUP_CODES = 10;
/** Letters and digits that nobody takes for another: 5 bits each. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BACKUP_LENGTH = 12;

/** What somebody typed as their second factor. */
export type TypedCode =
  | { readonly kind: 'totp'; readonly digits: string }
  | { readonly kind: 'backup'; readonly hash: Uint8Array };

async function totpOf(secret: Uint8Array, label = '', issuer = '') {
  const { Secret, TOTP } = await import('otpauth');
  // A copy: the rows of the store may be views into a larger buffer.
  const key = new Secret({ buffer: new Uint8Array(secret).buffer });
  return new TOTP({ secret: key, algorithm: 'SHA1', digits: DIGITS, period: STEP_SECONDS, label, issuer });
}

/**
 * The step (since the epoch, of 30 seconds) that these digits are the code of, now or one step beside it; null for a wrong code.
 * @param now epoch milliseconds
 */
export async function stepOfCode(secret: Uint8Array, digits: string, now: number): Promise<number | null> {
  const totp = await totpOf(secret);
  const delta = totp.validate({ token: digits, timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / (STEP_SECONDS * 1000)) + delta;
}

/** What an authenticator app reads from a QR code (the key URI format), and the secret alone in Base32. */
export async function totpUri(
  secret: Uint8Array,
  label: string,
  issuer: string,
): Promise<{ readonly uri: string; readonly text: string }> {
  const totp = await totpOf(secret, label, issuer);
  return { uri: totp.toString(), text: totp.secret.base32 };
}

/** New backup codes, in groups of four: 60 bits each. */
export function createBackupCodes(random: (length: number) => Uint8Array): readonly string[] {
  return Array.from({ length: BACKUP_CODES }, () => {
    const letters = [...random(BACKUP_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
    return (letters.match(/.{4}/g) ?? []).join('-');
  });
}

/** SHA-256 of a backup code, however it was typed: fast is enough for 60 random bits that only the server can try. */
export function hashBackupCode(code: string): Uint8Array {
  return createHash('sha256')
    .update(`sotto backup code\0${bare(code)}`)
    .digest();
}

/** Reads what was typed, in any spacing; null for what is no code. */
export function readTypedCode(typed: string): TypedCode | null {
  const code = bare(typed);
  if (/^\d{6}$/.test(code)) return { kind: 'totp', digits: code };
  if (/^[0-9a-z]{12}$/.test(code)) return { kind: 'backup', hash: hashBackupCode(code) };
  return null;
}

/** People write I and L for 1, and O for 0. */
const bare = (typed: string): string =>
  typed.toLowerCase().replace(/[\s-]/g, '').replace(/[il]/g, '1').replace(/o/g, '0');
