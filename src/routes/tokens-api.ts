/**
 * Tokens of programs, and what only programs ask for.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | GET /api/v1/tokens | a session | TokenRecord[] |
 * | POST /api/v1/tokens | a session with a device, a moment after its holder showed who they are; a TokenRequest | 201 TokenCreated |
 * | DELETE /api/v1/tokens/ID | a session | 204 |
 * | GET /api/v1/token | a token | TokenRecord |
 * | GET /api/v1/audit?before=SEQ | who may read the audit log | AuditRecord[] |
 */
import { Elysia } from 'elysia';
import type { AuditRecord } from '../contract/audit.ts';
import { PATHS } from '../contract/paths.ts';
import { SCOPES, type Scope } from '../contract/scopes.ts';
import {
  MAX_TOKEN_NAME,
  TOKEN_DAYS,
  type TokenCreated,
  type TokenDays,
  type TokenRecord,
  type TokenRequest,
} from '../contract/tokens.ts';
import { sentence } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import { bearerOf } from '../http/bearer.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { invalid, Refusal } from '../services/refusal.ts';

/** Rows of the audit log in one answer. */
const AUDIT_ROWS = 500;

export const tokenRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { tokens, audit } = deps.services;

  return new Elysia({ name: 'tokens-api' })
    .get(PATHS.tokens, async ({ request }): Promise<readonly TokenRecord[]> => {
      const { account } = await guard.may(request, 'tokens.make');
      return tokens.list(account);
    })
    .post(
      PATHS.tokens,
      async ({ request, set }): Promise<TokenCreated> => {
        const session = await guard.withDevice(request, 'tokens.make');
        guard.verified(session);
        deps.limits.take('tokenAccount', session.account);
        const made = await tokens.create(session, readToken(await readInput(request)));
        set.status = 201;
        return made;
      },
      { parse: 'none' },
    )
    .delete(
      `${PATHS.tokens}/:id`,
      async ({ request, params }) => {
        const { account } = await guard.signedIn(request);
        deps.limits.take('writeAccount', account);
        await tokens.revoke(account, params.id);
        return new Response(null, { status: 204 });
      },
      { parse: 'none' },
    )
    .get(PATHS.token, async ({ request }): Promise<TokenRecord> => {
      if (bearerOf(request) === null)
        throw new Refusal('NotSignedIn', 'Send a token: “Authorization: Bearer sotto_…”.');
      return tokens.own(await guard.withDevice(request));
    })
    .get(PATHS.audit, async ({ request, query }): Promise<readonly AuditRecord[]> => {
      const { account } = await guard.may(request, 'audit.read');
      deps.limits.take('auditAccount', account);
      return audit.find({}, readBefore(query), AUDIT_ROWS);
    });
};

export const isScope = (word: string): word is Scope => Object.hasOwn(SCOPES, word);

function readToken(input: Input): TokenRequest {
  const name = input.text('name', { max: MAX_TOKEN_NAME });
  const scopes = input.ids('scopes', isScope, Object.keys(SCOPES).length);
  const days = TOKEN_DAYS.find((choice) => choice === input.raw('days'));
  if (days === undefined) input.problem('days', daysWanted(), null);
  input.check();
  return { name, scopes, days: days ?? TOKEN_DAYS[0] };
}

export const daysWanted = (): string =>
  sentence('A token lasts {days} days.', { days: TOKEN_DAYS.join(', ') });

/** What a form says; null for what is none. */
export const daysOf = (text: string): TokenDays | null =>
  TOKEN_DAYS.find((choice) => String(choice) === text) ?? null;

function readBefore({ before }: Readonly<Record<string, string | undefined>>): number | null {
  if (before === undefined) return null;
  const seq = /^\d{1,15}$/.test(before) ? Number(before) : 0;
  if (seq < 1) throw invalid({ before: ['“before” is the number of a row.'] });
  return seq;
}
