/** Times in the reader's own zone and language. */
const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const longDayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

const DAY_MS = 24 * 3600 * 1000;

/** Whole days between the day of `at` and today, in this zone. */
function daysAgo(at: number): number {
  const startOf = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((startOf(Date.now()) - startOf(at)) / DAY_MS);
}

/** `HH:MM`. */
export const hourOf = (at: number): string => hour.format(at);
/** Everything, for a tooltip. */
export const fullOf = (at: number): string => full.format(at);

/** Day, month and year. */
export const dateOf = (at: number): string => longDayOfYear.format(at);

/** As short as it can be in a list: hour, weekday or date. */
export function shortOf(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return hour.format(at);
  return days < 7 ? weekday.format(at) : date.format(at);
}

/** The line between two days. */
export function dayOf(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 300 ? longDay.format(at) : longDayOfYear.format(at);
}

export const sameDay = (a: number, b: number): boolean => daysAgo(a) === daysAgo(b);
