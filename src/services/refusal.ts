/** A service's reasoned no: what services throw and `http/errors.ts` turns into an answer. */
import type { ErrorBody, ErrorName } from '../contract/errors.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly body: ErrorBody;

  /** @param message one sentence that a person understands; it is shown as it is */
  constructor(
    error: ErrorName,
    message: string,
    more: Partial<Omit<ErrorBody, 'error' | 'message'>> & object = {},
  ) {
    super(message);
    this.body = { error, message, ...more };
  }
}

/** A ValidationError for named fields. */
export function invalid(fields: Readonly<Record<string, readonly string[]>>, message?: string): Refusal {
  const first = Object.values(fields)[0]?.[0];
  return new Refusal('ValidationError', message ?? first ?? 'Some of this cannot be right.', { fields });
}
