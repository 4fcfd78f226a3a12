/** After how many days the server deletes files of a conversation, in words; 0 is what the workspace says. */
import { counted, sentence, type Value } from '../../contract/words.ts';

/** Ten years. */
export const MAX_FILE_DAYS = 3650;
/** What is offered; every whole number up to the most is valid. */
export const FILE_DAYS_CHOICES: readonly number[] = [0, 7, 30, 90, 365];

/**
 * What stands in the conversation where it was set, as it is kept.
 * @param name of whoever did; null for oneself
 * @param isKnown it was so before one came in
 */
export function fileDaysLine(name: Value | null, days: number, isKnown = false): string {
  const time = { say: counted(days, '{n} day', '{n} days') };
  if (isKnown) return sentence('Files here are deleted after {time}.', { time });
  if (name === null)
    return days === 0
      ? sentence('You set files to stay as long as the workspace keeps them.')
      : sentence('You set files to be deleted after {time}.', { time });
  return days === 0
    ? sentence('{name} set files to stay as long as the workspace keeps them.', { name })
    : sentence('{name} set files to be deleted after {time}.', { name, time });
}
