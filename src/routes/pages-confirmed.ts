/** Pages of what cannot be taken back: whoever has to show first who they are is led there, and back. */
import { Refusal } from '../http/errors.ts';
import { goTo } from './pages-frame.ts';

/** @param path where to come back to: a page of ours that holds the form again */
export async function orConfirm(
  request: Request,
  path: string,
  act: () => Promise<Response>,
): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal && error.body.error === 'VerificationNeeded')
      return goTo(request, `/confirm?then=${encodeURIComponent(path)}`);
    throw error;
  }
}
