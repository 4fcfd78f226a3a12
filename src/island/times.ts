/** Times in the reader's own zone and language. */
import { locale, t } from '../contract/words.ts';

/** Formats are made once for a language: a timeline writes thousands of times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: keyof typeof STYLES, at: number): string {
  const key = `${locale()} ${name}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale(), STYLES[name]);
    formats.set(key, found);
  }
  return found.format(at);
}

const STYLES = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  weekday: { weekday: 'short' },
  date: { day: 'numeric', month: 'short' },
  longDay: { weekday: 'long', day: 'numeric', month: 'long' },
  longDayOfYear: { dateStyle: 'long' },
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  full: { dateStyle: 'full', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const DAY_MS = 24 * 3600 * 1000;

/** Whole days between the day of `at` and today, in this zone. */
function daysAgo(at: number): number {
  const startOf = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((startOf(Date.now()) - startOf(at)) / DAY_MS);
}

/** `HH:MM`. */
export const hourOf = (at: number): string => format('hour', at);
/** Everything, for a tooltip. */
export const fullOf = (at: number): string => format('full', at);

/** Day and hour, short. */
export const momentOf = (at: number): string => format('moment', at);

/** Day, month and year. */
export const dateOf = (at: number): string => format('longDayOfYear', at);

/** As short as it can be in a list: hour, weekday or date. */
export function shortOf(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return format('hour', at);
  return days < 7 ? format('weekday', at) : format('date', at);
}

/** The line between two days. */
export function dayOf(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return t('Today');
  if (days === 1) return t('Yesterday');
  return days < 300 ? format('longDay', at) : format('longDayOfYear', at);
}

export const sameDay = (a: number, b: number): boolean => daysAgo(a) === daysAgo(b);
