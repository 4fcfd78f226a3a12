/** Crockford's base 32, which has no I, L, O or U: codes that people copy from paper or from another screen. */
import { malformed } from './errors.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Five bits a character, from the first bit on; bits that do not fill a character are left out. */
export function toCrockford(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET.charAt(Number.parseInt(five, 2))).join('');
}

/**
 * The characters of a code as a person types it: either case, spaces and dashes anywhere, O for 0, I and L for 1.
 * @throws E_FORMAT for a character that no code has
 */
export function readCrockford(text: string): string {
  const characters = text
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2015]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  for (const character of characters)
    if (!ALPHABET.includes(character)) throw malformed('a character that no code has');
  return characters;
}

/** The bytes of so many characters (as `readCrockford` gives them); bits that do not fill a byte are left out. */
export function fromCrockford(characters: string): Uint8Array {
  let bits = '';
  for (const character of characters) bits += ALPHABET.indexOf(character).toString(2).padStart(5, '0');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2));
}

/** Characters in groups of so many, with dashes between. */
export const inGroups = (characters: string, size: number): string =>
  (characters.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join('-');
