/** A service's reasoned no: what services throw and `http/errors.ts` turns into an answer. */
import type { ErrorBody, ErrorName } from '../contract/errors.ts';
import { say } from '../contract/words.ts';

type More = Partial<Omit<ErrorBody, 'error' | 'message'>> & object;

export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Its sentences as they are kept (contract/words.ts): a service does not know who will read them. */
  readonly kept: ErrorBody;

  /** @param message one sentence that a person understands, plain or kept */
  constructor(error: ErrorName, message: string, more: More = {}) {
    super(say(message));
    this.kept = { error, message, ...more };
  }

  /** In the language that is spoken now. */
  get body(): ErrorBody {
    const { message, fields, ...rest } = this.kept;
    const body = { ...rest, message: say(message) };
    if (fields === undefined) return body;
    const said = Object.entries(fields).map(([name, sentences]) => [name, sentences.map(say)] as const);
    return { ...body, fields: Object.fromEntries(said) };
  }
}

/** A ValidationError for named fields. */
export function invalid(fields: Readonly<Record<string, readonly string[]>>, message?: string): Refusal {
  const first = Object.values(fields)[0]?.[0];
  return new Refusal('ValidationError', message ?? first ?? 'Some of this cannot be right.', { fields });
}
