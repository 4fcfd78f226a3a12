/** How long a message may be, and what is said about it. */
import { MAX_CONTENT_BYTES } from '../contract/limits.ts';
import { plural, t } from '../contract/words.ts';

const KIB = 1024;
/** A content has a header of its own; what people write may be this long, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = MAX_CONTENT_BYTES - KIB;
/** From here on the room that is left is counted. */
const COUNTED_BYTES = 60 * KIB;
/** Bytes that one UTF-16 unit takes at most: shorter texts need no encoding to be judged. */
const BYTES_A_UNIT = 3;

export interface Length {
  readonly isTooLong: boolean;
  /** What to say below the box, empty for most texts. */
  readonly sentence: string;
}

/** Judges a text, with a sentence once it comes near the limit. */
export function judgeLength(text: string): Length {
  if (text.length * BYTES_A_UNIT <= COUNTED_BYTES) return { isTooLong: false, sentence: '' };
  const bytes = new TextEncoder().encode(text).length;
  const left = MAX_TEXT_BYTES - bytes;
  if (left < 0) {
    const size = MAX_TEXT_BYTES / KIB;
    return {
      isTooLong: true,
      sentence: t('This message is longer than {size} KiB. Send it in two parts.', { size }),
    };
  }
  if (bytes <= COUNTED_BYTES) return { isTooLong: false, sentence: '' };
  return { isTooLong: false, sentence: plural(left, 'Room for {n} more byte.', 'Room for {n} more bytes.') };
}
