/** What a row shows, looked up before it is drawn, so that nothing jumps afterwards. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import { draw } from '../draw.ts';
import { fileLine } from '../file-words.ts';
import type { Names } from '../markdown/draw.ts';
import { loadFileCards } from '../part.ts';
import { type Author, authorOf, mentionable } from '../people.ts';
import { buttonsOf, type Quote, quoteOf, type ReactionButton } from './quote.ts';

export interface Drawn {
  readonly message: HistoryMessage;
  readonly author: Author;
  /** Null for one that answers none. */
  readonly quote: Quote | null;
  readonly reactions: readonly ReactionButton[];
  readonly names: Names;
  /** Draws its files; null for a message without. */
  readonly cards: ((message: HistoryMessage) => HTMLElement) | null;
}

export async function lookUp(client: Engine, message: HistoryMessage): Promise<Drawn> {
  const [author, quote, reactions, cards] = await Promise.all([
    authorOf(message),
    message.replyTo === null ? null : quoteOf(client, message.replyTo),
    buttonsOf(message),
    message.files.length === 0 ? null : cardsOf(),
  ]);
  return { message, author, quote, reactions, names: await mentionable(), cards };
}

/** Their names alone where the part cannot be had: what was said with them is read all the same. */
const cardsOf = () =>
  loadFileCards().then(
    ({ drawCards }) => drawCards,
    () => nameFiles,
  );
const nameFiles = ({ files }: HistoryMessage) => draw('p', {}, draw('bdi', {}, fileLine(files)));
