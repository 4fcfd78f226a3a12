/** People who can be named in a message, and which of them fit what was typed. Pure. */
import { fold } from '../fold.ts';

export interface Nameable {
  readonly username: string;
  readonly name: string;
}

/** Those who fit, best first: the username begins so, then a word of the name, then any part of either. */
export function matchPeople<T extends Nameable>(
  people: readonly T[],
  query: string,
  limit: number,
): readonly T[] {
  const wanted = fold(query);
  const rank = ({ username, name }: Nameable) => {
    const words = fold(name).split(/\s+/u);
    if (fold(username).startsWith(wanted)) return 0;
    if (words.some((word) => word.startsWith(wanted))) return 1;
    return `${fold(username)} ${fold(name)}`.includes(wanted) ? 2 : null;
  };
  return people
    .flatMap((person) => {
      const place = rank(person);
      return place === null ? [] : [{ person, place }];
    })
    .sort((a, b) => a.place - b.place || a.person.name.localeCompare(b.person.name))
    .slice(0, limit)
    .map(({ person }) => person);
}
