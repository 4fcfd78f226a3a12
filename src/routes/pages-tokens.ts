/**
 * Tokens of programs, as a page that works without a script.
 *
 * | page | answers |
 * |---|---|
 * | GET /settings/tokens | those there are, and a form for whoever showed who they are a moment ago |
 * | POST /settings/tokens (name, scopes, days) | the page with the new token, once; 400 with what is wrong |
 * | POST /settings/tokens/ID/revoke | ends it: 303 |
 */
import { Elysia } from 'elysia';
import { Tokens, type TokensProps } from '../../views/pages/tokens.tsx';
import type { Session } from '../auth/sessions.ts';
import { MAX_TOKEN_NAME } from '../contract/tokens.ts';
import { t } from '../contract/words.ts';
import { Input } from '../http/input.ts';
import { FRESH_MS } from '../http/session.ts';
import { Refusal } from '../services/refusal.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, type PageDeps } from './pages-frame.ts';
import { daysOf, daysWanted, isScope } from './tokens-api.ts';

const PATH = '/settings/tokens';

export const tokenPages = (deps: PageDeps) => {
  const { tokens } = deps.services;
  const frame = createFrame(deps);

  const page = async (
    request: Request,
    session: Session,
    more: Pick<TokensProps, 'typed' | 'created'> = {},
  ): Promise<Response> => {
    const now = deps.clock();
    const props: TokensProps = {
      role: session.role,
      username: session.username,
      tokens: await tokens.list(session.account),
      now,
      confirmed: now - session.verifiedAt <= FRESH_MS,
      ...more,
    };
    const draw = () => ({ title: t('Tokens'), pane: Tokens(props) });
    const answer = await frame.pane(request, session, {
      page: 'settings',
      draw,
      status: more.typed ? 400 : 200,
    });
    // A token stands in it once: nothing keeps it.
    answer.headers.set('cache-control', 'no-store');
    return answer;
  };

  return new Elysia({ name: 'pages-tokens' })
    .get(PATH, async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      await frame.guard.may(request, 'tokens.make');
      return page(request, session);
    })

    .post(
      PATH,
      async ({ request }) => {
        const session = await frame.guard.withDevice(request, 'tokens.make');
        frame.guard.verified(session);
        deps.limits.take('tokenAccount', session.account);
        const form = await readForm(request);
        const typed = {
          name: form.get('name') ?? '',
          scopes: form.getAll('scopes'),
          days: form.get('days') ?? '',
        };
        try {
          const created = await tokens.create(session, readToken(typed));
          return await page(request, session, { created });
        } catch (error) {
          if (!(error instanceof Refusal) || error.kept.fields === undefined) throw error;
          const errors = Object.fromEntries(
            Object.entries(error.kept.fields).map(([name, sentences]) => [name, sentences[0] ?? '']),
          );
          return page(request, session, { typed: { ...typed, errors } });
        }
      },
      { parse: 'none' },
    )

    .post(
      `${PATH}/:id/revoke`,
      async ({ request, params }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        await tokens.revoke(session.account, params.id);
        return goTo(request, PATH);
      },
      { parse: 'none' },
    );
};

function readToken({ name, scopes, days }: { name: string; scopes: readonly string[]; days: string }) {
  const input = new Input({ name });
  const read = input.text('name', { max: MAX_TOKEN_NAME });
  const lasts = daysOf(days) ?? input.problem('days', daysWanted(), 30 as const);
  if (scopes.length === 0) input.problem('scopes', 'Choose what the program may do.', null);
  input.check();
  return { name: read, scopes: scopes.filter(isScope), days: lasts };
}
