/**
 * Pages in front of the workspace, and the ways out of it.
 *
 * | page | for |
 * |---|---|
 * | GET /setup, /join, /start-again | whoever has a link; its token stands in the fragment and never arrives here |
 * | GET /sign-in, /recover | the signed out |
 * | GET /link | a new device that another one approves; it shows a code, and takes none |
 * | GET /unlock | a session without a device |
 * | GET /approve | a session with a device, which approves a new one |
 * | GET /recovery-code | a session with a device, right after registration |
 * | POST /sign-out, /sign-out-everywhere | plain forms, without a script too |
 */
import { Elysia } from 'elysia';
import { Approve, Link } from '../../views/pages/link.tsx';
import { RecoveryCode } from '../../views/pages/recovery-code.tsx';
import { Join, type RegisterProps, Setup } from '../../views/pages/register.tsx';
import { Recover, SignIn } from '../../views/pages/sign-in.tsx';
import { StartAgain } from '../../views/pages/start-again.tsx';
import { Unlock } from '../../views/pages/unlock.tsx';
import { MAX_NAME_LENGTH, MAX_USERNAME_LENGTH, MIN_PASSWORD_LENGTH } from '../contract/limits.ts';
import { Refusal } from '../http/errors.ts';
import { createFrame, goTo, html, type PageDeps, viewerOf } from './pages-frame.ts';

const LIMITS = {
  minPassword: MIN_PASSWORD_LENGTH,
  maxName: MAX_NAME_LENGTH,
  maxUsername: MAX_USERNAME_LENGTH,
};

export const authPages = (deps: PageDeps) => {
  const { accounts, sessions } = deps.services;
  const frame = createFrame(deps);

  const registration = async (): Promise<RegisterProps> => {
    const { passkeys, fixedAddress, policies } = await accounts.workspace();
    const open = policies.registration === 'open';
    return { site: await frame.site(), limits: LIMITS, passkeys, open, fixedAddress, origin: deps.origin() };
  };

  return new Elysia({ name: 'pages-auth' })
    .get('/setup', async ({ request }) => {
      if (await accounts.ready()) {
        if (await frame.guard.session(request)) return goTo(request, '/');
        throw new Refusal(
          'Gone',
          'This workspace is set up already. Sign in, or ask its owner for an invite.',
        );
      }
      const props = await registration();
      return html(request, () => Setup(props));
    })

    .get('/join', async ({ request }) => {
      const props = await registration();
      return html(request, () => Join(props));
    })

    .get('/start-again', async ({ request }) => {
      const props = await registration();
      return html(request, () => StartAgain(props));
    })

    .get('/sign-in', async ({ request }) => {
      const session = await frame.guard.session(request);
      if (session) return goTo(request, session.device === null ? '/unlock' : '/');
      if (!(await accounts.ready())) return goTo(request, '/setup');
      const { passkeys, policies } = await accounts.workspace();
      const site = await frame.site();
      return html(request, () => SignIn({ site, passkeys, open: policies.registration === 'open' }));
    })

    .get('/recover', async ({ request }) => {
      if (!(await accounts.ready())) return goTo(request, '/setup');
      const site = await frame.site();
      return html(request, () => Recover({ site }));
    })

    .get('/link', async ({ request }) => {
      const session = await frame.guard.session(request);
      if (session?.device) return goTo(request, '/');
      if (!(await accounts.ready())) return goTo(request, '/setup');
      const site = await frame.site();
      return html(request, () => Link({ site }));
    })

    .get('/approve', async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      const { passkeys } = await accounts.workspace();
      const site = await frame.site();
      return html(request, () => Approve({ site, viewer: viewerOf(session), passkeys }));
    })

    .get('/unlock', async ({ request }) => {
      const session = await frame.guard.session(request);
      if (!session) return goTo(request, '/sign-in');
      const { passkeys } = await accounts.workspace();
      const site = await frame.site();
      return html(request, () => Unlock({ site, viewer: viewerOf(session), passkeys }));
    })

    .get('/recovery-code', async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      const site = await frame.site();
      return html(request, () => RecoveryCode({ site, viewer: viewerOf(session) }));
    })

    .post(
      '/sign-out',
      async ({ request }) => {
        const session = await frame.guard.session(request);
        if (session) await sessions.end(session.account, session.id);
        return goTo(request, '/sign-in', { 'set-cookie': sessions.cookie(null) });
      },
      { parse: 'none' },
    )

    .post(
      '/sign-out-everywhere',
      async ({ request }) => {
        const session = await frame.guard.session(request);
        if (session) await sessions.endAll(session.account);
        return goTo(request, '/sign-in', { 'set-cookie': sessions.cookie(null) });
      },
      { parse: 'none' },
    );
};
