/** From what somebody typed to what a message must be like: names of people and conversations become ids. */
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { HAS_FILE, HAS_LINK } from './entry.ts';
import type { Wanted } from './match.ts';
import { conversationsNamed, type Names, peopleNamed } from './names.ts';
import { type Filter, type Query, readDays } from './query.ts';

/** What is searched for, and filters that name nobody, nothing or no day: then nothing is found. */
export function wantedBy(
  query: Query,
  names: Names,
  now: number,
): { readonly wanted: Wanted; readonly unknown: readonly Filter[] } {
  const unknown: Filter[] = [];
  const conversations = new Set<ConversationId>();
  const accounts = new Set<AccountId>();
  let [from, until, has] = [0, Number.MAX_SAFE_INTEGER, 0];
  for (const filter of query.filters) {
    const { name, value } = filter;
    let isKnown = true;
    if (name === 'in') {
      const named = conversationsNamed(names, value);
      for (const { id } of named) conversations.add(id);
      isKnown = named.length > 0;
    } else if (name === 'from') {
      const named = accountsNamed(names, value);
      for (const account of named) accounts.add(account);
      isKnown = named.length > 0;
    } else if (name === 'has') {
      const bit = HAS[value.toLowerCase()] ?? 0;
      has |= bit;
      isKnown = bit !== 0;
    } else {
      const days = readDays(value.toLowerCase(), now);
      isKnown = days !== null;
      if (days && name !== 'before') from = Math.max(from, name === 'on' ? days.from : days.until);
      if (days && name !== 'after') until = Math.min(until, name === 'on' ? days.until : days.from);
    }
    if (!isKnown) unknown.push(filter);
  }
  const isFiltered = (by: Filter['name']) => query.filters.some(({ name }) => name === by);
  return {
    wanted: {
      terms: query.terms,
      conversations: isFiltered('in') ? [...conversations] : null,
      accounts: isFiltered('from') ? [...accounts] : null,
      from,
      until: unknown.length > 0 ? from : until,
      has,
    },
    unknown,
  };
}

const HAS: Readonly<Record<string, number>> = { link: HAS_LINK, file: HAS_FILE };
const MYSELF: ReadonlySet<string> = new Set(['me', 'ich']);

function accountsNamed(names: Names, value: string): readonly AccountId[] {
  const people = MYSELF.has(value.toLowerCase())
    ? names.people.filter(({ isSelf }) => isSelf)
    : peopleNamed(names, value);
  return people.map(({ account }) => account);
}
