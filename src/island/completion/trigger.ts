/** Whether what stands before the caret asks for a name or an emoji. Pure. */
import { mentionBefore } from '../../client/messages/mentions.ts';

export interface Trigger {
  readonly kind: 'person' | 'emoji';
  /** Where `@` or `:` stands, in UTF-16 units; the query ends at the caret. */
  readonly from: number;
  readonly query: string;
  /** `:code:` was closed: the emoji of exactly that code is meant. */
  readonly closed: boolean;
}

/** No code of an emoji is longer, in UTF-16 units. */
const LONGEST = 48;
const EMOJI = /(?:^|[\s([{"'“„*_~>]|\p{Extended_Pictographic}\ufe0f?):([\p{L}\p{N}_+-]{2,})(:?)$/u;

/** What the caret stands behind, or null; inside code nothing is completed. */
export function findTrigger(text: string, caret: number): Trigger | null {
  const person = mentionBefore(text, caret);
  const emoji = person ? null : EMOJI.exec(text.slice(Math.max(0, caret - LONGEST), caret));
  // Code that is not closed yet is no code for readers, but it is going to be.
  if ((!person && !emoji) || isInCode(text.slice(0, caret))) return null;
  if (person) return { kind: 'person', from: person.start, query: person.typed, closed: false };
  const [, query = '', end = ''] = emoji ?? [];
  return { kind: 'emoji', from: caret - query.length - end.length - 1, query, closed: end === ':' };
}

function isInCode(before: string): boolean {
  const fences = before.split('```');
  if (fences.length % 2 === 0) return true;
  const line = (fences.at(-1) ?? '').split('\n').at(-1) ?? '';
  return line.split('`').length % 2 === 0;
}
