/** Words of other people, or of the server, as they may stand in a sentence: on one line, in its direction (R33, R34). */
import { MAX_NAME_LENGTH, UNPRINTABLE } from '../contract/limits.ts';

/** Without characters that cannot be shown; what breaks a line becomes a space. May be empty. */
export const displayText = (text: string): string =>
  [...text]
    .map((each) => (!UNPRINTABLE.test(each) ? each : /\s/.test(each) ? ' ' : ''))
    .join('')
    .trim();

/** A name, not longer than names are; `fallback` for one of which nothing can be shown. */
export const displayName = (name: string, fallback: string): string =>
  [...displayText(name)].slice(0, MAX_NAME_LENGTH).join('').trim() || fallback;
