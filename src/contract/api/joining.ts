/** The workspace, joining it, and starting again in it. */
import type * as shape from '../accounts.ts';
import { PATHS } from '../paths.ts';
import type { StartAgainRequest, StartAgainStart, StartAgainStartRequest } from '../start-again.ts';
import { START_AGAIN_PATHS } from '../start-again.ts';
import {
  device,
  directoryEntry,
  GONE,
  linkToken,
  name,
  newPasskey,
  newPasskeyOptions,
  PUBLIC_KEY,
  password,
  role,
  signedIn,
  username,
  vault,
  workspace,
} from './account-shapes.ts';
import type { Operations } from './operation.ts';
import { base64, choice, id, nullable, optional, record } from './schema.ts';

/** A new identity, the ways to it, and its first device. */
const identity = {
  aik: PUBLIC_KEY,
  password: optional(password),
  passkey: optional(newPasskey),
  recoverySecret: base64(32),
  vault,
  device,
};

export const JOINING = {
  [`GET ${PATHS.workspace}`]: {
    summary: 'What anybody may know of the workspace',
    tag: 'Workspace',
    access: 'open',
    answers: { 200: workspace },
  },
  [`POST ${PATHS.registerStart}`]: {
    summary: 'Look at an invite, and prepare a passkey',
    tag: 'Workspace',
    access: 'open',
    body: record<shape.RegisterStartRequest>('RegisterStartRequest', {
      token: linkToken,
      username: optional(username),
      name: optional(name),
      account: id(16),
    }),
    answers: {
      200: record<shape.RegisterStart>('RegisterStart', {
        kind: choice(['setup', 'invite']),
        role,
        workspace,
        passkey: nullable(newPasskeyOptions),
      }),
    },
    refusals: { 410: GONE },
  },
  [`POST ${PATHS.register}`]: {
    summary: 'Make an account with its first device',
    tag: 'Workspace',
    access: 'open',
    body: record<shape.RegisterRequest>('RegisterRequest', {
      token: linkToken,
      account: id(16),
      username,
      name,
      workspaceName: optional(name),
      ...identity,
    }),
    answers: { 201: signedIn },
    refusals: { 409: 'The username or the id is taken.', 410: GONE },
  },
  [`POST ${START_AGAIN_PATHS.start}`]: {
    summary: 'Look at a link by which somebody starts again',
    tag: 'Workspace',
    access: 'open',
    body: record<StartAgainStartRequest>('StartAgainStartRequest', { token: linkToken }),
    answers: {
      200: record<StartAgainStart>('StartAgainStart', {
        directory: directoryEntry,
        workspace,
        passkey: nullable(newPasskeyOptions),
      }),
    },
    refusals: { 410: GONE },
  },
  [`POST ${START_AGAIN_PATHS.complete}`]: {
    summary: 'A new identity under the same account',
    tag: 'Workspace',
    access: 'open',
    body: record<StartAgainRequest>('StartAgainRequest', {
      token: linkToken,
      ...identity,
    }),
    answers: { 201: signedIn },
    refusals: { 409: 'The account has changed meanwhile.', 410: GONE },
  },
} as const satisfies Operations;
