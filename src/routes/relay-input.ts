/** What clients say to the relay, read at the border: values of any shape become typed ones, or a sentence. */

import { type AccountId, isAccountId } from '../contract/ids.ts';
import { ENVELOPES_PER_PAGE } from '../contract/limits.ts';
import { MAX_SEQS } from '../contract/relay.ts';
import { sentence } from '../contract/words.ts';
import type { Input } from '../http/input.ts';
import { invalid } from '../services/refusal.ts';

/** Bytes of a signed roster event: 200 people, a policy and a signature; the service verifies what is inside. */
const ROSTER_EVENT = { min: 1, max: 16 * 1024 };

/** Numbers of envelopes. Throws ValidationError. */
export function readSeqs(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length > MAX_SEQS || !value.every(isSeq))
    throw invalid({ seqs: [sentence('Give at most {n} numbers of envelopes in "seqs".', { n: MAX_SEQS })] });
  return value;
}

/** `?after=SEQ&limit=COUNT`, both optional. Throws ValidationError. */
export function readPage(query: Readonly<Record<string, string | undefined>>): {
  readonly after: number;
  readonly limit: number;
} {
  const after = whole(query.after ?? '0');
  if (after === null) throw invalid({ after: ['"after" is the number of the last envelope seen, or 0.'] });
  const limit = whole(query.limit ?? String(ENVELOPES_PER_PAGE));
  if (limit === null || limit < 1 || limit > ENVELOPES_PER_PAGE)
    throw invalid({ limit: [sentence('"limit" is a number from 1 to {n}.', { n: ENVELOPES_PER_PAGE })] });
  return { after, limit };
}

/** What a new conversation is: a direct one with somebody, or a group by its first event. Throws ValidationError. */
export function readConversation(
  input: Input,
):
  | { readonly kind: 'direct'; readonly person: AccountId }
  | { readonly kind: 'group'; readonly event: Uint8Array } {
  if (input.choice('kind', ['direct', 'group']) === 'group')
    return { kind: 'group', event: readEvent(input) };
  const people = input.ids('people', isAccountId, 2);
  input.check();
  const [person] = people;
  if (people.length !== 1 || !person)
    throw invalid({ people: ['A direct conversation is with exactly one other person.'] });
  return { kind: 'direct', person };
}

/** A signed roster event. Throws ValidationError. */
export function readEvent(input: Input): Uint8Array {
  const event = input.bytes('event', ROSTER_EVENT);
  input.check();
  return event;
}

/** `?after=EPOCH`, -1 or nothing for all events. Throws ValidationError. */
export function readAfterEpoch({ after = '-1' }: Readonly<Record<string, string | undefined>>): number {
  const epoch = after === '-1' ? -1 : whole(after);
  if (epoch === null) throw invalid({ after: ['"after" is the number of the last event seen, or -1.'] });
  return epoch;
}

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function whole(text: string): number | null {
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : null;
}
