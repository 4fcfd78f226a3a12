/** The first words of a text, for a preview: what it begins with, as characters. */

/** Characters, at most. */
export const TEXT_HEAD_CHARACTERS = 300;
/** Bytes of a file that hold so many in any script. */
export const TEXT_HEAD_BYTES = TEXT_HEAD_CHARACTERS * 4;
/** The type of such a preview. */
export const TEXT_HEAD_TYPE = 'text/plain';

/** Characters that turn or hide text, and controls besides the end of a line and the tab. */
const HIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd]/gu;

/**
 * What a text begins with, its lines kept.
 * @param head the first TEXT_HEAD_BYTES of a file that `sniff` calls text, or all of it
 */
export function textHead(head: Uint8Array): string {
  const text = new TextDecoder().decode(head.subarray(0, TEXT_HEAD_BYTES));
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(HIDDEN, (character) => (/[\n\t]/.test(character) ? character : ''));
  return [...plain].slice(0, TEXT_HEAD_CHARACTERS).join('');
}
