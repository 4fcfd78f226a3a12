/** The server's part in adding a device by approval: it keeps the request, and hands the sealed answer on. */
import type { SignedIn } from '../../contract/accounts.ts';
import {
  LINK_PATHS,
  type LinkAnswer,
  type LinkComplete,
  type LinkFound,
  type LinkOutcome,
  type LinkStarted,
  type LinkStatus,
} from '../../contract/links.ts';
import { signedIn } from '../account-answers.ts';
import type { HttpCalls } from '../http-relay.ts';
import { nullable, number, oneOf, record, type Shape, text } from '../stored.ts';

/** Throws TransportFailed and TransportRefused, as every transport. */
export interface LinkTransport {
  startLink(request: string): Promise<LinkStarted>;
  linkState(token: string): Promise<LinkStatus>;
  cancelLink(token: string): Promise<void>;
  completeLink(device: LinkComplete): Promise<SignedIn>;

  findLink(finder: string): Promise<LinkFound>;
  answerLink(answer: LinkAnswer): Promise<void>;
  linkOutcome(request: string): Promise<LinkOutcome>;
  withdrawLink(request: string): Promise<void>;
}

const state = oneOf('waiting', 'answered', 'done', 'cancelled');
const started: Shape<LinkStarted> = record({ token: text, expiresAt: number });
const status: Shape<LinkStatus> = record({ state, answer: nullable(text) });
const found: Shape<LinkFound> = record({ request: text, createdAt: number, expiresAt: number });
const outcome: Shape<LinkOutcome> = record({ state });

/** The calls over HTTP. */
export function httpLinks({ asked, told }: HttpCalls): LinkTransport {
  return {
    startLink: (request) => asked(started, 'POST', LINK_PATHS.links, { request }),
    linkState: (token) => asked(status, 'POST', LINK_PATHS.state, { token }),
    cancelLink: (token) => told('POST', LINK_PATHS.cancel, { token }),
    completeLink: (device) => asked(signedIn, 'POST', LINK_PATHS.complete, device),
    findLink: (finder) => asked(found, 'POST', LINK_PATHS.find, { finder }),
    answerLink: (answer) => told('POST', LINK_PATHS.answer, answer),
    linkOutcome: (request) => asked(outcome, 'POST', LINK_PATHS.outcome, { request }),
    withdrawLink: (request) => told('POST', LINK_PATHS.withdraw, { request }),
  };
}
