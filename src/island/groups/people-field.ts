/** Usernames in a line of text, with commas between them. */
import type { PeerView } from '../../client/engine-types.ts';

const SEPARATOR = /[\s,;]+/u;
const bare = (name: string): string => name.replace(/^@/, '').toLowerCase();

/** Every username of the line, once. */
export function namesIn(typed: string): readonly string[] {
  return [
    ...new Set(
      typed
        .split(SEPARATOR)
        .map(bare)
        .filter((name) => name !== ''),
    ),
  ];
}

/** People who are not in the line yet and whose name or username begins as its last word does. */
export function matching(people: readonly PeerView[], typed: string): readonly PeerView[] {
  const last = bare(typed.split(SEPARATOR).at(-1) ?? '');
  const taken = new Set(namesIn(typed.slice(0, typed.length - last.length)));
  return people.filter(
    ({ name, username }) =>
      !taken.has(username) &&
      username !== last &&
      [username, ...name.toLowerCase().split(/\s+/u)].some((word) => word.startsWith(last)),
  );
}

/** The line with its last word completed, ready for the next name. */
export function completed(typed: string, username: string): string {
  return [...namesIn(typed).slice(0, typed.match(/[\s,;]$/u) ? undefined : -1), username, ''].join(', ');
}
