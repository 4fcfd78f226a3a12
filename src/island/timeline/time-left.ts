/** How long something is still there, as short as it can be said. */
import { locale } from '../../contract/words.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `3 d`, `5 h`, `12 min`: rounded up, and never nothing. */
export function timeLeft(ms: number): string {
  const [unit, size] =
    ms > DAY_MS
      ? (['day', DAY_MS] as const)
      : ms > HOUR_MS
        ? (['hour', HOUR_MS] as const)
        : (['minute', MINUTE_MS] as const);
  const format = new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short' });
  return format.format(Math.max(1, Math.ceil(ms / size)));
}
