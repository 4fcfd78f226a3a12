/** What a row shows, looked up before it is drawn, so that nothing jumps afterwards. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { Names } from '../markdown/draw.ts';
import { type Author, authorOf, mentionable } from '../people.ts';
import { buttonsOf, type Quote, quoteOf, type ReactionButton } from './quote.ts';

export interface Drawn {
  readonly message: HistoryMessage;
  readonly author: Author;
  /** Null for one that answers none. */
  readonly quote: Quote | null;
  readonly reactions: readonly ReactionButton[];
  readonly names: Names;
}

export async function lookUp(client: Engine, message: HistoryMessage): Promise<Drawn> {
  const [author, quote, reactions] = await Promise.all([
    authorOf(message),
    message.replyTo === null ? null : quoteOf(client, message.replyTo),
    buttonsOf(message),
  ]);
  return { message, author, quote, reactions, names: await mentionable() };
}
