/**
 * What somebody typed into the search field: words, all of which a message must say, and filters. `in:` a conversation,
 * `from:` a person, `before:` `after:` `on:` a day, `has:` a link or a file; a value with spaces stands in quotes.
 */
import { foldText } from './fold.ts';

export const FILTERS = ['in', 'from', 'before', 'after', 'on', 'has'] as const;
export type FilterName = (typeof FILTERS)[number];
export const HAS = ['link', 'file'] as const;
export type Has = (typeof HAS)[number];

export interface Query {
  /** Folded; a phrase in quotes is one. */
  readonly terms: readonly string[];
  readonly filters: readonly Filter[];
}
export interface Filter {
  readonly name: FilterName;
  /** As it was typed, without quotes; never empty. */
  readonly value: string;
}

/** Longer ones are cut: nobody types so much, and a paste must not stop the page. */
const MAX_QUERY_LENGTH = 1000;
const TOKENS = /(?:(in|from|before|after|on|has):(?:"([^"]*)"?|(\S*)))|"([^"]*)"?|(\S+)/giu;

export function parseQuery(typed: string): Query {
  const terms: string[] = [];
  const filters: Filter[] = [];
  for (const [, name, quoted, value, phrase, word] of typed.slice(0, MAX_QUERY_LENGTH).matchAll(TOKENS)) {
    if (name !== undefined) {
      const given = (quoted ?? value ?? '').trim();
      const filter = FILTERS.find((known) => known === name.toLowerCase());
      // A name without a value is still being typed.
      if (filter && given !== '') filters.push({ name: filter, value: given });
      continue;
    }
    const term = foldText(phrase ?? word ?? '');
    if (term !== '' && !terms.includes(term)) terms.push(term);
  }
  return { terms, filters };
}

/** A filter as it is typed. */
export function writeFilter({ name, value }: Filter): string {
  return /\s|"/.test(value) ? `${name}:"${value.replaceAll('"', '')}"` : `${name}:${value}`;
}

/** What was typed with another value for a filter, or without it; `instead` names filters that it takes the place of. */
export function withFilter(
  typed: string,
  name: FilterName,
  value: string | null,
  instead: readonly FilterName[] = [name],
): string {
  const kept = typed.replace(TOKENS, (token, given: string | undefined) =>
    instead.some((each) => each === given?.toLowerCase()) ? '' : token,
  );
  const added = value === null ? '' : writeFilter({ name, value });
  return [kept.replace(/\s+/g, ' ').trim(), added].filter((part) => part !== '').join(' ');
}

/** A stretch of time, epoch milliseconds; `until` is exclusive. */
export interface Days {
  readonly from: number;
  readonly until: number;
}

/**
 * `2026`, `2026-11`, `2026-11-21`, `21.11.2026`, `today` or `yesterday`, in the clock of this device, from its first
 * moment to the one after its last; null for anything else.
 */
export function readDays(value: string, now: number): Days | null {
  const today = new Date(now);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  if (value === 'today') return days(year, month, day, 'day');
  if (value === 'yesterday') return days(year, month, day - 1, 'day');
  const [, d, m, y] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(value) ?? [];
  const [, iso, isoMonth, isoDay] = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(
    y === undefined ? value : `${y}-${m}-${d}`,
  ) ?? [undefined, undefined, undefined, undefined];
  if (iso === undefined) return null;
  const [monthOf, dayOf] = [Number(isoMonth ?? 1), Number(isoDay ?? 1)];
  const first = new Date(Number(iso), monthOf - 1, dayOf);
  // The 31st of a month that has none is no day.
  if (first.getMonth() !== monthOf - 1 || first.getDate() !== dayOf) return null;
  const unit = isoDay !== undefined ? 'day' : isoMonth !== undefined ? 'month' : 'year';
  return days(Number(iso), monthOf - 1, dayOf, unit);
}

function days(year: number, month: number, day: number, unit: 'day' | 'month' | 'year'): Days {
  const [y, m, d] = [unit === 'year' ? 1 : 0, unit === 'month' ? 1 : 0, unit === 'day' ? 1 : 0];
  return {
    from: new Date(year, month, day).getTime(),
    until: new Date(year + y, month + m, day + d).getTime(),
  };
}
