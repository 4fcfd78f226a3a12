/** A file that is not what it should be: one sentence, which names the line. */
export class ImportProblem extends Error {
  override readonly name = 'ImportProblem';
}

/** The name of a field as it may stand in a sentence. */
export const shown = (name: string): string =>
  [...name]
    .slice(0, 40)
    .join('')
    .replace(/[^\w .-]/g, '?');
