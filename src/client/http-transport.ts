/** The whole Transport port over `fetch`: the relay's calls, and those that make, open and end accounts and devices. */
import type { SignedIn } from '../contract/accounts.ts';
import { devicePath, PATHS } from '../contract/paths.ts';
import type { SecondFactorNeeded } from '../contract/security.ts';
import * as answers from './account-answers.ts';
import { type HttpTransportOptions, httpCalls, httpRelay } from './http-relay.ts';
import { SecondFactorAsked, type Transport } from './ports.ts';

export type { Fetch, HttpTransportOptions } from './http-relay.ts';

/** A Transport over HTTP; `http-relay.ts` says what it throws. */
export function httpTransport(options: HttpTransportOptions): Transport {
  const calls = httpCalls(options);
  const { asked, told } = calls;
  return {
    ...httpRelay(calls),
    workspace: () => asked(answers.workspace, 'GET', PATHS.workspace),
    registerStart: (body) => asked(answers.registerStart, 'POST', PATHS.registerStart, body),
    register: (body) => asked(answers.signedIn, 'POST', PATHS.register, body),
    signInStart: (username) => asked(answers.passwordParameters, 'POST', PATHS.signInStart, { username }),
    signInWithPassword: async (body) =>
      entered(await asked(answers.signedInOrAsked, 'POST', PATHS.signInPassword, body)),
    signInWithRecovery: async (body) =>
      entered(await asked(answers.signedInOrAsked, 'POST', PATHS.signInRecovery, body)),
    signInWithCode: (body) => asked(answers.signedIn, 'POST', PATHS.signInCode, body),
    passkeyStart: () => asked(answers.passkeyStart, 'POST', PATHS.passkeyStart),
    signInWithPasskey: (body) => asked(answers.signedIn, 'POST', PATHS.signInPasskey, body),
    session: () => asked(answers.signedIn, 'GET', PATHS.session),
    signOut: (everywhere) => told('POST', PATHS.signOut, { everywhere }),

    addDevice: (body) => told('POST', PATHS.devices, body),
    resumeDevice: (body) => told('POST', PATHS.resume, body),
    renewDevice: (device, body) => told('PUT', devicePath(device), body),
    revokeDevice: (device, body) => told('DELETE', devicePath(device), body),
  };
}

function entered(answer: SignedIn | SecondFactorNeeded): SignedIn {
  if ('secondFactor' in answer) throw new SecondFactorAsked(answer.secondFactor);
  return answer;
}
