/**
 * Recovery codes (protocol/README 10): 160 random bits that a person can copy from paper, eight groups of four in
 * Crockford's base 32, which has no I, L, O or U.
 */
import { fromCrockford, inGroups, readCrockford, toCrockford } from './crockford.ts';
import { malformed } from './errors.ts';
import { type SplitKey, split } from './password.ts';
import type { Random } from './ports.ts';

const CODE_BYTES = 20;
const CODE_CHARACTERS = 32;

/** A new code: how it is shown, and its 20 bytes. */
export function createRecoveryCode(random: Random): { readonly text: string; readonly bytes: Uint8Array } {
  const bytes = random(CODE_BYTES);
  return { text: inGroups(toCrockford(bytes), 4), bytes };
}

/**
 * The 20 bytes of a code as a person types it: either case, spaces and dashes anywhere, O for 0, I and L for 1.
 * @throws E_FORMAT for another number of characters, or one that no code has
 */
export function parseRecoveryCode(text: string): Uint8Array {
  const characters = readCrockford(text);
  if (characters.length !== CODE_CHARACTERS) throw malformed('a recovery code has 32 characters');
  return fromCrockford(characters);
}

/** Login secret and vault key of a code, 32 B each. @throws E_FORMAT unless it has 20 bytes */
export function splitRecoveryCode(code: Uint8Array): SplitKey {
  if (code.length !== CODE_BYTES) throw malformed('a recovery code of another length');
  return split(code, new Uint8Array(), 'recovery');
}
