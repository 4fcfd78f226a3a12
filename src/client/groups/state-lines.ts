/** The line that stands in a conversation where its words or rules were changed, or would have been. */
import { sentence, type Value } from '../../contract/words.ts';
import type { StatePayload } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { fileDaysLine } from '../files/file-days.ts';
import { timerLine } from '../messages/timer.ts';
import type { Reads } from '../operation.ts';
import { nameIn } from './lines.ts';
import type { State } from './state-values.ts';

/** Why a state does not count: its sender may not say it, or says it from a time to come. */
export function refusedLine(
  { name, topic, timer, fileDays }: StatePayload,
  who: Value,
  isAhead: boolean,
): string {
  const isRule = name === null && topic === null;
  if (isRule && timer !== null)
    return isAhead
      ? sentence(
          '{name} set how long messages stay with a clock that is more than a day ahead: it stays as it was.',
          { name: who },
        )
      : sentence('{name} wanted to set how long messages stay; only owners and admins may.', { name: who });
  if (isRule && fileDays !== null)
    return isAhead
      ? sentence(
          '{name} set how long files stay with a clock that is more than a day ahead: it stays as it was.',
          { name: who },
        )
      : sentence('{name} wanted to set how long files stay; only owners and admins may.', { name: who });
  return isAhead
    ? sentence('{who} renamed this group with a clock that is more than a day ahead: it stays as it was.', {
        who,
      })
    : sentence('{who} wanted to rename this group; only owners and admins may.', { who });
}

/**
 * Null for what changes nothing that is seen.
 * @param isLate the words are older than one's own time here, and somebody says them again
 */
export async function sentenceOf(
  reads: Reads,
  ctx: Context,
  before: State,
  after: State,
  by: HistoryMessage['sender']['account'],
  isLate: boolean,
): Promise<string | null> {
  const mine = by === ctx.self.account;
  const who = await nameIn(reads, ctx, by, true);
  if (after.name !== null && after.name.value !== before.name?.value) {
    const name = after.name.value;
    if (isLate) return sentence('This group is called {name}.', { name });
    return mine
      ? sentence('You named this group {name}.', { name })
      : sentence('{who} named this group {name}.', { who, name });
  }
  if (after.topic !== null && after.topic.value !== (before.topic?.value ?? '')) {
    const topic = after.topic.value;
    if (topic === '')
      return mine ? sentence('You took the topic away.') : sentence('{who} took the topic away.', { who });
    return mine
      ? sentence('You set the topic: {topic}', { topic })
      : sentence('{who} set the topic: {topic}', { who, topic });
  }
  const name = isLate || mine ? null : who;
  if (after.timer !== null && after.timer.value !== (before.timer?.value ?? 0))
    return timerLine(name, after.timer.value, isLate);
  if (after.fileDays === null || after.fileDays.value === (before.fileDays?.value ?? 0)) return null;
  return fileDaysLine(name, after.fileDays.value, isLate);
}
