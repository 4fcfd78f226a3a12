/** Which of the files that somebody gives go with a message, and why the others do not. */
import { MAX_FILES_PER_MESSAGE } from '../../contract/files.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';

export interface Admitted<T> {
  readonly taken: readonly T[];
  /** A sentence for each reason to leave something out; empty when everything was taken. */
  readonly sentences: readonly string[];
}

/**
 * @param there how many wait already
 * @param maxBytes of one file
 */
export function admitFiles<T extends { readonly name: string; readonly size: number }>(
  given: readonly T[],
  there: number,
  maxBytes: number,
): Admitted<T> {
  const large = given.filter(({ size }) => size > maxBytes);
  const fitting = given.filter(({ size }) => size <= maxBytes);
  const taken = fitting.slice(0, Math.max(0, MAX_FILES_PER_MESSAGE - there));
  const sentences = large.map(({ name, size }) =>
    t('{name} was left out: it has {size}, and a file may have {limit} at most.', {
      name,
      size: byteSize(size),
      limit: byteSize(maxBytes),
    }),
  );
  const many = fitting.length - taken.length;
  if (many > 0)
    sentences.push(
      plural(
        many,
        '{n} file was left out: a message takes {limit}. Send it with the next one.',
        '{n} files were left out: a message takes {limit}. Send them with the next one.',
        { limit: MAX_FILES_PER_MESSAGE },
      ),
    );
  return { taken, sentences };
}
