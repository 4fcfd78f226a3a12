/**
 * Where one is written to, as a page.
 *
 * | page | answers |
 * |---|---|
 * | GET /settings/mail | the address, what is told |
 * | POST /settings/mail (address) | sends a code there: 303, or 400 with the page |
 * | POST /settings/mail/verify (code) | the address is verified: 303, or 400 with the page |
 * | POST /settings/mail/choices (digest) | keeps what is ticked: 303 |
 * | POST /settings/mail/remove | forgets the address: 303 |
 */
import { Elysia } from 'elysia';
import { Mail, type MailProps } from '../../views/pages/mail.tsx';
import type { Session } from '../auth/sessions.ts';
import { t } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';
import { speechOf } from '../http/language.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, type PageDeps } from './pages-frame.ts';

const PATH = '/settings/mail';

export const mailPages = (deps: PageDeps) => {
  const { mail } = deps.services;
  const frame = createFrame(deps);

  const page = async (
    request: Request,
    session: Session,
    { typed, saved = false }: Pick<MailProps, 'typed' | 'saved'> = {},
  ): Promise<Response> => {
    const props: MailProps = {
      role: session.role,
      username: session.username,
      available: mail.available,
      settings: await mail.settings(session.account),
      saved,
      ...(typed ? { typed } : {}),
    };
    const draw = () => ({ title: t('Mail'), pane: Mail(props) });
    return frame.pane(request, session, { page: 'settings', draw, status: typed ? 400 : 200 });
  };

  /** A refusal of a field is the page with its sentence; any other one stays what it is. */
  const orPage = async (
    request: Request,
    session: Session,
    typed: { readonly address?: string },
    work: Promise<void>,
  ): Promise<Response> => {
    try {
      await work;
      return goTo(request, PATH);
    } catch (error) {
      if (!(error instanceof Refusal) || error.kept.fields === undefined) throw error;
      const errors = Object.fromEntries(
        Object.entries(error.kept.fields).map(([name, sentences]) => [name, sentences[0] ?? '']),
      );
      return page(request, session, { typed: { ...typed, errors } });
    }
  };

  return new Elysia({ name: 'pages-mail' })
    .get(PATH, async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      return page(request, session, { saved: new URL(request.url).searchParams.has('saved') });
    })

    .post(
      PATH,
      async ({ request }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('mailAccount', session.account);
        const address = (await readForm(request)).get('address') ?? '';
        const { language } = speechOf(request);
        return orPage(request, session, { address }, mail.setAddress(session.account, address, language));
      },
      { parse: 'none' },
    )

    .post(
      `${PATH}/verify`,
      async ({ request }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        const code = (await readForm(request)).get('code') ?? '';
        return orPage(request, session, {}, mail.verify(session.account, code));
      },
      { parse: 'none' },
    )

    .post(
      `${PATH}/choices`,
      async ({ request }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        await mail.setDigest(session.account, (await readForm(request)).has('digest'));
        return goTo(request, `${PATH}?saved=choices#choices`);
      },
      { parse: 'none' },
    )

    .post(
      `${PATH}/remove`,
      async ({ request }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        await readForm(request);
        await mail.remove(session.account);
        return goTo(request, PATH);
      },
      { parse: 'none' },
    );
};
