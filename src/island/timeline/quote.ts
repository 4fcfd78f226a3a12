/** What a message says of others: the one that it answers, and who reacted to it. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { BodyId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { fileLine } from '../file-words.ts';
import { plainLines } from '../markdown/plain.ts';
import { authorOf, nameOf } from '../people.ts';

/** A message that is answered, in one line. */
export interface Quote {
  /** Empty for one that is not here. */
  readonly author: string;
  readonly line: string;
  readonly known: boolean;
}

/** One emoji as a button: how many, who, and whether oneself. */
export interface ReactionButton {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  readonly names: readonly string[];
}

/** More of a first line than fits beside a name. */
const QUOTE_LENGTH = 160;

/** The message that `replyTo` names, as it is quoted. */
export async function quoteOf(client: Engine, replyTo: BodyId): Promise<Quote> {
  const message = await client.message(replyTo);
  if (message === null) return { author: '', line: t('A message that is not on this device'), known: false };
  const { name } = await authorOf(message);
  return { author: name, line: firstLine(message), known: true };
}

/** The first line, without marks. */
export function firstLine({ kind, text, reason, files }: HistoryMessage): string {
  if (kind === 'text' && text === '') return fileLine(files);
  const line = kind === 'text' ? plainLines(text)[0] : (reason ?? text);
  return (line ?? text.trim()).slice(0, QUOTE_LENGTH);
}

export async function buttonsOf({ reactions }: HistoryMessage): Promise<readonly ReactionButton[]> {
  return Promise.all(
    reactions.map(async ({ emoji, people, mine }) => ({
      emoji,
      count: people.length,
      mine,
      names: await Promise.all(people.map(nameOf)),
    })),
  );
}
