/**
 * Recovery codes (PROTOCOL 10): 160 random bits that a person can copy from paper, eight groups of four in Crockford's
 * base 32, which has no I, L, O or U.
 */
import { malformed } from './errors.ts';
import { type SplitKey, split } from './password.ts';
import type { Random } from './ports.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_BYTES = 20;
const CODE_CHARACTERS = 32;

/** Writes 20 bytes as 32 characters in groups of four. */
function print(code: Uint8Array): string {
  let bits = '';
  for (const byte of code) bits += byte.toString(2).padStart(8, '0');
  const characters = (bits.match(/.{5}/g) ?? [])
    .map((five) => ALPHABET.charAt(Number.parseInt(five, 2)))
    .join('');
  return (characters.match(/.{4}/g) ?? []).join('-');
}

/** A new code: how it is shown, and its 20 bytes. */
export function createRecoveryCode(random: Random): { readonly text: string; readonly bytes: Uint8Array } {
  const bytes = random(CODE_BYTES);
  return { text: print(bytes), bytes };
}

/**
 * The 20 bytes of a code as a person types it: either case, spaces and dashes anywhere, O for 0, I and L for 1.
 * @throws E_FORMAT for another number of characters, or one that no code has
 */
export function parseRecoveryCode(text: string): Uint8Array {
  const characters = text
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2015]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (characters.length !== CODE_CHARACTERS) throw malformed('a recovery code has 32 characters');
  let bits = '';
  for (const character of characters) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw malformed('a character that no recovery code has');
    bits += value.toString(2).padStart(5, '0');
  }
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2));
}

/** Login secret and vault key of a code, 32 B each. @throws E_FORMAT unless it has 20 bytes */
export function splitRecoveryCode(code: Uint8Array): SplitKey {
  if (code.length !== CODE_BYTES) throw malformed('a recovery code of another length');
  return split(code, new Uint8Array(), 'recovery');
}
