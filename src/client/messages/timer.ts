/** How long messages of a conversation stay, in words. Seconds; 0 is for ever. */
import { plural, t } from '../../contract/words.ts';

/** Seconds of a timer, at most: 90 days. */
export const MAX_TIMER = 7_776_000;

const UNITS = [
  [604_800, '{n} week', '{n} weeks'],
  [86_400, '{n} day', '{n} days'],
  [3600, '{n} hour', '{n} hours'],
  [60, '{n} minute', '{n} minutes'],
] as const;

/** `1 week`, `90 minutes`: in the largest unit of which there is a whole number. */
export function timerWords(seconds: number): string {
  for (const [length, one, other] of UNITS)
    if (seconds > 0 && seconds % length === 0) return plural(seconds / length, one, other);
  return plural(seconds, '{n} second', '{n} seconds');
}

/**
 * What stands in the conversation where the timer was set.
 * @param name of whoever did; null for oneself
 * @param isKnown it was so before one came in
 */
export function timerLine(name: string | null, seconds: number, isKnown = false): string {
  const time = timerWords(seconds);
  if (isKnown) return t('Messages here disappear after {time}.', { time });
  if (name === null)
    return seconds === 0
      ? t('You set messages to stay.')
      : t('You set messages to disappear after {time}.', { time });
  return seconds === 0
    ? t('{name} set messages to stay.', { name })
    : t('{name} set messages to disappear after {time}.', { name, time });
}
