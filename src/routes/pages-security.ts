/**
 * Ways into one's own account as pages. Forms need a session that was confirmed a moment ago, or lead to /confirm.
 *
 * | page | answers |
 * |---|---|
 * | GET /confirm?then=PATH | a form that shows who one is; PATH is of this site |
 * | POST /confirm (one-time-code, then) | the session under another secret, 303 to PATH |
 * | GET /settings/security | password, passkeys, second factor; for a session that has to show one, what leads there |
 * | GET /settings/password, /settings/passkey | forms that the island takes |
 * | POST /settings/security/second-factor | the page with a new secret |
 * | POST /settings/security/second-factor/confirm (one-time-code) | the page with the backup codes |
 * | POST /settings/security/second-factor/codes, /off | the page with new codes; 303 |
 * | POST /settings/security/passkeys/ID/rename (label), /remove | 303 |
 */
import { Elysia } from 'elysia';
import { Confirm } from '../../views/pages/confirm.tsx';
import { BackupCodes, SecondFactorSetUp } from '../../views/pages/second-factor.tsx';
import { Security, SecurityRequired } from '../../views/pages/security.tsx';
import { AddPasskey, ChangePassword } from '../../views/pages/ways.tsx';
import type { Session } from '../auth/sessions.ts';
import {
  MAX_NAME_LENGTH,
  MAX_PASSKEYS,
  MAX_TYPED_CODE,
  MIN_PASSWORD_LENGTH,
  UNPRINTABLE,
} from '../contract/limits.ts';
import { localPath } from '../contract/local-path.ts';
import { t } from '../contract/words.ts';
import { SECURITY_PAGE } from '../http/elsewhere.ts';
import { Refusal } from '../http/errors.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, html, type PageDeps, viewerOf } from './pages-frame.ts';

/** What the address says after a form, and in which words the page says it. */
const NOTES: ReadonlyMap<string, () => string> = new Map([
  ['password', () => t('Your password is another one now. Everywhere else you are signed out.')],
  ['passkey', () => t('The passkey was added.')],
  ['removed', () => t('The passkey was removed.')],
  ['off', () => t('Your second factor is off.')],
  ['ended', () => t('That session has ended. Change your password, in case somebody else knows it.')],
]);

export const securityPages = (deps: PageDeps) => {
  const { accounts, confirmation, passkeys, passwords, secondFactor, sessions } = deps.services;
  const frame = createFrame(deps);
  const { guard } = frame;

  /** Any session; the redirect to sign-in without one. */
  const enter = async (request: Request): Promise<Session | Response> =>
    (await guard.session(request)) ?? goTo(request, '/sign-in');
  const write = async (request: Request): Promise<Session> => {
    const session = await guard.entered(request);
    deps.limits.take('writeAccount', session.account);
    await secondFactor.checkShown(session);
    return guard.verified(session);
  };

  /** Before a page that takes a password: beside a second factor that is not enough by itself. */
  const checkFresh = async (session: Session): Promise<void> => {
    if ((await secondFactor.status(session.account)).since !== null) guard.verified(session);
  };

  const confirmPage = async (request: Request, session: Session, next: string, error?: string) => {
    const [site, { passkeys: passkeysWork }, password, known, { since }] = await Promise.all([
      frame.site(),
      accounts.workspace(),
      passwords.isSet(session.account),
      passkeys.list(session.account),
      secondFactor.status(session.account),
    ]);
    const code = since !== null;
    const ways = { password: password && !code, passkey: passkeysWork && known.length > 0, code };
    const props = { site, viewer: viewerOf(session), next, ways, error };
    return html(request, () => Confirm(props), error === undefined ? 200 : 400);
  };
  const wayProps = async (session: Session) => {
    const [site, { passkeys: passkeysWork }, hasPassword, known] = await Promise.all([
      frame.site(),
      accounts.workspace(),
      passwords.isSet(session.account),
      passkeys.list(session.account),
    ]);
    const hasPasskey = passkeysWork && known.some(({ opensVault }) => opensVault);
    return { site, viewer: viewerOf(session), hasPassword, hasPasskey, minPassword: MIN_PASSWORD_LENGTH };
  };
  const codesPage = async (request: Request, session: Session, codes: readonly string[]) => {
    const site = await frame.site();
    return html(request, () => BackupCodes({ site, viewer: viewerOf(session), codes }));
  };
  const readCode = (form: URLSearchParams): string =>
    (form.get('one-time-code') ?? '').slice(0, MAX_TYPED_CODE);

  return new Elysia({ name: 'pages-security' })
    .get('/confirm', async ({ request }) => {
      const session = await enter(request);
      if (session instanceof Response) return session;
      const then = new URL(request.url).searchParams.get('then') ?? '';
      return confirmPage(request, session, localPath(then, SECURITY_PAGE));
    })

    .post(
      '/confirm',
      async ({ request }) => {
        const session = await guard.entered(request);
        deps.limits.takeFrom('signInPerson', deps.address(request), session.username);
        const form = await readForm(request);
        const then = localPath(form.get('then') ?? '', SECURITY_PAGE);
        const opened = await orWrong(confirmation.withCode(session, readCode(form), guard.caller(request)));
        if (typeof opened === 'string') return confirmPage(request, session, then, opened);
        return goTo(request, then, { 'set-cookie': sessions.cookie(opened.token) });
      },
      { parse: 'none' },
    )

    .get(SECURITY_PAGE, async ({ request }) => {
      const session = await enter(request);
      if (session instanceof Response) return session;
      if (session.device === null && !session.weak) return goTo(request, '/unlock');
      const [site, { passkeys: passkeysWork }, hasPassword, known, factor] = await Promise.all([
        frame.site(),
        accounts.workspace(),
        passwords.isSet(session.account),
        passkeys.list(session.account),
        secondFactor.status(session.account),
      ]);
      const done = new URL(request.url).searchParams.get('done') ?? '';
      const draw = () => {
        const ways = {
          hasPassword,
          passkeys: known,
          maxPasskeys: MAX_PASSKEYS,
          passkeysWork,
          secondFactor: factor,
          note: NOTES.get(done)?.() ?? null,
        };
        return session.weak
          ? SecurityRequired({ ...ways, site, viewer: viewerOf(session) })
          : Security({ ...ways, role: session.role });
      };
      if (session.weak) return html(request, draw);
      return frame.pane(request, session, {
        page: 'settings',
        draw: () => ({ title: t('Security'), pane: draw() }),
      });
    })

    .get('/settings/password', async ({ request }) => {
      const session = await enter(request);
      if (session instanceof Response) return session;
      await checkFresh(session);
      const props = await wayProps(session);
      return html(request, () => ChangePassword(props));
    })

    .get('/settings/passkey', async ({ request }) => {
      const session = await enter(request);
      if (session instanceof Response) return session;
      await checkFresh(session);
      const props = await wayProps(session);
      return html(request, () => AddPasskey(props));
    })

    .post(
      `${SECURITY_PAGE}/second-factor`,
      async ({ request }) => {
        const session = await write(request);
        const [site, { uri, text }] = await Promise.all([frame.site(), secondFactor.begin(session)]);
        return html(request, () => SecondFactorSetUp({ site, viewer: viewerOf(session), uri, secret: text }));
      },
      { parse: 'none' },
    )

    .post(
      `${SECURITY_PAGE}/second-factor/confirm`,
      async ({ request }) => {
        const session = await write(request);
        const form = await readForm(request);
        const confirmed = await orWrong(secondFactor.confirm(session, readCode(form)));
        if (typeof confirmed !== 'string') {
          const page = await codesPage(request, session, confirmed.codes);
          page.headers.append('set-cookie', sessions.cookie(confirmed.opened.token));
          return page;
        }
        const [site, offer] = await Promise.all([frame.site(), secondFactor.offer(session)]);
        if (offer === null) return goTo(request, SECURITY_PAGE);
        const props = {
          site,
          viewer: viewerOf(session),
          uri: offer.uri,
          secret: offer.text,
          error: confirmed,
        };
        return html(request, () => SecondFactorSetUp(props), 400);
      },
      { parse: 'none' },
    )

    .post(
      `${SECURITY_PAGE}/second-factor/codes`,
      async ({ request }) => {
        const session = await write(request);
        return codesPage(request, session, await secondFactor.codes(session));
      },
      { parse: 'none' },
    )

    .post(
      `${SECURITY_PAGE}/second-factor/off`,
      async ({ request }) => {
        await secondFactor.disable(await write(request));
        return goTo(request, `${SECURITY_PAGE}?done=off#second-factor`);
      },
      { parse: 'none' },
    )

    .post(
      `${SECURITY_PAGE}/passkeys/:id/rename`,
      async ({ request, params }) => {
        const session = await guard.entered(request);
        deps.limits.take('writeAccount', session.account);
        await secondFactor.checkShown(session);
        const typed = ((await readForm(request)).get('label') ?? '').trim().normalize('NFC');
        if ([...typed].length > MAX_NAME_LENGTH || UNPRINTABLE.test(typed))
          throw new Refusal(
            'ValidationError',
            'This name is too long, or holds characters that cannot be shown.',
          );
        await passkeys.rename(session, params.id, typed);
        return goTo(request, `${SECURITY_PAGE}#passkeys`);
      },
      { parse: 'none' },
    )

    .post(
      `${SECURITY_PAGE}/passkeys/:id/remove`,
      async ({ request, params }) => {
        await passkeys.remove(await write(request), params.id);
        return goTo(request, `${SECURITY_PAGE}?done=removed#passkeys`);
      },
      { parse: 'none' },
    );
};

/** What came of it, or the kept sentence for the field of the code. */
async function orWrong<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    const sentences = error instanceof Refusal ? error.kept.fields?.code : undefined;
    if (sentences === undefined) throw error;
    return sentences.join(' ');
  }
}
