/** What clients say to the relay, read at the border: values of any shape become typed ones, or a sentence. */
import { type AccountId, isAccountId } from '../contract/ids.ts';
import { ENVELOPES_PER_PAGE } from '../contract/limits.ts';
import { MAX_SEQS } from '../contract/relay.ts';
import type { Input } from '../http/input.ts';
import { invalid } from '../services/refusal.ts';

/** Numbers of envelopes. Throws ValidationError. */
export function readSeqs(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length > MAX_SEQS || !value.every(isSeq))
    throw invalid({ seqs: [`Give at most ${MAX_SEQS} numbers of envelopes in "seqs".`] });
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
    throw invalid({ limit: [`"limit" is a number from 1 to ${ENVELOPES_PER_PAGE}.`] });
  return { after, limit };
}

/** The other person of a direct conversation. Throws ValidationError. */
export function readPerson(input: Input): AccountId {
  input.choice('kind', ['direct']);
  const people = input.ids('people', isAccountId, 2);
  input.check();
  const [person] = people;
  if (people.length !== 1 || !person)
    throw invalid({ people: ['A direct conversation is with exactly one other person.'] });
  return person;
}

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function whole(text: string): number | null {
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : null;
}
