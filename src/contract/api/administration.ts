/** Invites, tokens, the audit log. */
import type { InviteCreated, InviteRequest } from '../accounts.ts';
import type { AuditRecord } from '../audit.ts';
import { PATHS } from '../paths.ts';
import { SCOPES, type Scope } from '../scopes.ts';
import type { TokenCreated, TokenRecord, TokenRequest } from '../tokens.ts';
import { MAX_TOKEN_NAME, TOKEN_DAYS, TOKEN_PATTERN } from '../tokens.ts';
import { role } from './account-shapes.ts';
import type { Operations } from './operation.ts';
import {
  choice,
  id,
  list,
  moment,
  named,
  nullable,
  optional,
  record,
  type Schema,
  text,
  whole,
} from './schema.ts';

const isScope = (word: string): word is Scope => Object.hasOwn(SCOPES, word);
const scope: Schema<Scope> = named('Scope', choice(Object.keys(SCOPES).filter(isScope)));
const name = text({ min: 1, max: MAX_TOKEN_NAME });
const tokenFields = {
  id: id<string>(32, 'Names it; not the token.'),
  name,
  scopes: list(scope),
  device: id<TokenRecord['device']>(16),
  createdAt: moment,
  expiresAt: moment,
  lastUsedAt: nullable(moment),
};
const token = record<TokenRecord>('TokenRecord', tokenFields);
/** Ids, sizes and words of closed lists. */
const detail: Schema<AuditRecord['detail']> = {
  json: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } },
};

export const ADMINISTRATION = {
  [`POST ${PATHS.invites}`]: {
    summary: 'Make an invite',
    tag: 'Administration',
    needs: 'invites.make',
    body: record<InviteRequest>('InviteRequest', {
      role: optional(role),
      uses: optional(whole(1, 1000)),
      expiresIn: optional(whole(1, 365 * 24 * 3600_000, 'Milliseconds.')),
    }),
    answers: {
      201: record<InviteCreated>('InviteCreated', { url: text(), expiresAt: moment, uses: whole(1), role }),
    },
    refusals: { 409: 'As many invites wait as can be.' },
  },
  [`GET ${PATHS.audit}`]: {
    summary: 'Rows of the audit log, newest first, 500 at a time',
    tag: 'Administration',
    needs: 'audit.read',
    query: { before: text({ pattern: /^[1-9]\d{0,14}$/, about: 'Below this row.' }) },
    answers: {
      200: list(
        record<AuditRecord>('AuditRecord', {
          seq: whole(1),
          at: moment,
          actor: nullable(text()),
          action: text(),
          subject: text(),
          detail,
          hash: id(32),
        }),
      ),
    },
  },
  [`GET ${PATHS.tokens}`]: {
    summary: 'Tokens of one’s own',
    tag: 'Account',
    needs: 'tokens.make',
    answers: { 200: list(token) },
  },
  [`POST ${PATHS.tokens}`]: {
    summary: 'Make a token; it acts for this device and ends with it',
    tag: 'Account',
    needs: 'tokens.make',
    access: 'fresh',
    body: record<TokenRequest>('TokenRequest', { name, scopes: list(scope), days: choice(TOKEN_DAYS) }),
    answers: {
      201: record<TokenCreated>('TokenCreated', { ...tokenFields, token: text({ pattern: TOKEN_PATTERN }) }),
    },
    refusals: { 409: 'As many tokens as one account can have.' },
  },
  [`DELETE ${PATHS.tokens}/:id`]: {
    summary: 'Revoke a token',
    tag: 'Account',
    path: { id: id(32) },
    answers: { 204: null },
    refusals: { 404: 'There is no such token.' },
  },
  [`GET ${PATHS.token}`]: {
    summary: 'What the token that asks may do',
    tag: 'Account',
    answers: { 200: token },
  },
} as const satisfies Operations;
