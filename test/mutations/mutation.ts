/** One defence taken out of the source, and where the tests are that must notice. */
export interface Mutation {
  /** What the code does then; unique. */
  readonly name: string;
  /** Of R1..R42 (SECURITY.md). */
  readonly requirement: readonly `R${number}`[];
  /** From the root of the repository. */
  readonly file: string;
  /** Each text stands in the file exactly once, and becomes the other. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  /** Test files, the cheapest that may catch it first. */
  readonly tests: readonly string[];
}

/**
 * The file without its defence. Throws when a text does not stand there exactly once: then the source has changed, and the
 * mutation has to follow it.
 */
export function mutate(source: string, { name, file, edits }: Mutation): string {
  return edits.reduce((text, [from, to]) => {
    const found = text.split(from).length - 1;
    if (found !== 1) throw new Error(`"${name}": this stands in ${file} ${found} times, not once: ${from}`);
    // A replacer, because `$&` and the like mean something in a replacement.
    return text.replace(from, () => to);
  }, source);
}

/** A list of mutations of files under one folder, with the tests beside them. */
export const under = (
  folder: string,
  mutations: readonly (readonly [
    name: string,
    requirement: string,
    file: string,
    edits: readonly (readonly [from: string, to: string])[],
    tests?: readonly string[],
  ])[],
): readonly Mutation[] =>
  mutations.map(([name, requirement, file, edits, tests = [file.replace('.ts', '.test.ts')]]) => ({
    name,
    requirement: requirement.split(' ').filter(isRequirement),
    file: `${folder}/${file}`,
    edits,
    tests: tests.map((test) => (/^(?:src|test)\//.test(test) ? test : `${folder}/${test}`)),
  }));

const isRequirement = (word: string): word is `R${number}` => /^R\d+$/.test(word);
