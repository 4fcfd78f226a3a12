/** How long messages of a conversation stay, in words. Seconds; 0 is for ever. */
import { counted, say, sentence, type Value } from '../../contract/words.ts';

/** Seconds of a timer, at most: 90 days. */
export const MAX_TIMER = 7_776_000;

type Counted = (n: number) => string;
const UNITS: readonly (readonly [length: number, count: Counted])[] = [
  [604_800, (n) => counted(n, '{n} week', '{n} weeks')],
  [86_400, (n) => counted(n, '{n} day', '{n} days')],
  [3600, (n) => counted(n, '{n} hour', '{n} hours')],
  [60, (n) => counted(n, '{n} minute', '{n} minutes')],
];

/** `1 week`, `90 minutes`: in the largest unit of which there is a whole number. */
export const timerWords = (seconds: number): string => say(keptWords(seconds));

function keptWords(seconds: number): string {
  for (const [length, count] of UNITS)
    if (seconds > 0 && seconds % length === 0) return count(seconds / length);
  return counted(seconds, '{n} second', '{n} seconds');
}

/**
 * What stands in the conversation where the timer was set, as it is kept.
 * @param name of whoever did; null for oneself
 * @param isKnown it was so before one came in
 */
export function timerLine(name: Value | null, seconds: number, isKnown = false): string {
  const time = { say: keptWords(seconds) };
  if (isKnown) return sentence('Messages here disappear after {time}.', { time });
  if (name === null)
    return seconds === 0
      ? sentence('You set messages to stay.')
      : sentence('You set messages to disappear after {time}.', { time });
  return seconds === 0
    ? sentence('{name} set messages to stay.', { name })
    : sentence('{name} set messages to disappear after {time}.', { name, time });
}
