/** A new device that another one lets in. */
import type * as link from '../links.ts';
import { LINK_PATHS } from '../links.ts';
import { deviceFields, signedIn } from './account-shapes.ts';
import type { Operations } from './operation.ts';
import { base64, choice, moment, nullable, object, record, type Schema, text } from './schema.ts';

const named32 = { request: base64(32) };
const placeToken = record<link.LinkToken>('LinkToken', { token: base64(32) });
const state: Schema<link.LinkState> = choice(['waiting', 'answered', 'done', 'cancelled']);

export const LINKS = {
  [`POST ${LINK_PATHS.links}`]: {
    summary: 'A new device asks to be approved',
    tag: 'Devices',
    access: 'open',
    body: record<link.LinkStart>('LinkStart', { request: base64({ min: 1, max: 3600 }) }),
    answers: { 201: record<link.LinkStarted>('LinkStarted', { token: base64(32), expiresAt: moment }) },
    refusals: { 409: 'The same request, or as many as there can be, wait already.' },
  },
  [`POST ${LINK_PATHS.state}`]: {
    summary: 'What became of a request',
    tag: 'Devices',
    access: 'open',
    body: placeToken,
    answers: {
      200: record<link.LinkStatus>('LinkStatus', {
        state,
        answer: nullable(base64({ min: 1, max: 48 * 1024 })),
      }),
    },
    refusals: { 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.cancel}`]: {
    summary: 'Take a request back',
    tag: 'Devices',
    access: 'open',
    body: placeToken,
    answers: { 204: null },
    refusals: { 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.complete}`]: {
    summary: 'The approved device publishes itself',
    tag: 'Devices',
    access: 'open',
    body: record<link.LinkComplete>('LinkComplete', { ...deviceFields, token: base64(32) }),
    answers: { 201: signedIn },
    refusals: { 409: 'It was not approved, or the account has changed.', 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.find}`]: {
    summary: 'Find a request by five characters of its code',
    tag: 'Devices',
    access: 'device',
    body: record<link.LinkFind>('LinkFind', { finder: text({ pattern: /^[0-9A-HJKMNP-TV-Z]{5}$/ }) }),
    answers: {
      200: record<link.LinkFound>('LinkFound', {
        request: base64({ min: 1, max: 3600 }),
        createdAt: moment,
        expiresAt: moment,
      }),
    },
    refusals: { 404: 'No device waits with this code.' },
  },
  [`POST ${LINK_PATHS.answer}`]: {
    summary: 'Approve a request',
    tag: 'Devices',
    access: 'device',
    body: record<link.LinkAnswer>('LinkAnswer', {
      ...named32,
      certificateHash: base64(32),
      answer: base64({ min: 1, max: 48 * 1024 }),
    }),
    answers: { 204: null },
    refusals: { 404: 'No device waits any more.', 409: 'It was answered already.', 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.outcome}`]: {
    summary: 'What became of an approval',
    tag: 'Devices',
    access: 'device',
    body: record<link.LinkName>('LinkName', named32),
    answers: { 200: record<link.LinkOutcome>('LinkOutcome', { state }) },
    refusals: { 404: 'Nothing was approved under this name.', 410: 'It is over.' },
  },
  [`POST ${LINK_PATHS.withdraw}`]: {
    summary: 'Take an approval back',
    tag: 'Devices',
    access: 'device',
    body: object<link.LinkName>(named32),
    answers: { 204: null },
    refusals: {
      404: 'Nothing was approved under this name.',
      409: 'It was used already.',
      410: 'It is over.',
    },
  },
} as const satisfies Operations;
