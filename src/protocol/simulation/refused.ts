/** What a promise was refused with. */
import { type ErrorCode, ProtocolError } from '../errors.ts';

/** The error's code. Throws when the promise is kept, or broken by anything but a ProtocolError. */
export async function refusal(attempt: Promise<unknown>): Promise<ErrorCode> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  throw new Error('it was not refused');
}
