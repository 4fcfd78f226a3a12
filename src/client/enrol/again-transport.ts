/** The server's part in starting again. */
import type { SignedIn } from '../../contract/accounts.ts';
import {
  START_AGAIN_PATHS,
  type StartAgainRequest,
  type StartAgainStart,
} from '../../contract/start-again.ts';
import { ceremony, signedIn, workspace } from '../account-answers.ts';
import { directoryEntry } from '../answers.ts';
import type { HttpCalls } from '../http-relay.ts';
import { nullable, record, type Shape } from '../stored.ts';

/** Throws TransportFailed and TransportRefused, as every transport. */
export interface AgainTransport {
  start(token: string): Promise<StartAgainStart>;
  complete(request: StartAgainRequest): Promise<SignedIn>;
}

const started: Shape<StartAgainStart> = record({
  directory: directoryEntry,
  workspace,
  passkey: nullable(ceremony()),
});

/** The calls over HTTP. */
export function httpAgain({ asked }: HttpCalls): AgainTransport {
  return {
    start: (token) => asked(started, 'POST', START_AGAIN_PATHS.start, { token }),
    complete: (request) => asked(signedIn, 'POST', START_AGAIN_PATHS.complete, request),
  };
}
