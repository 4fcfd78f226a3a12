/**
 * One's own account as a page.
 *
 * | page | answers |
 * |---|---|
 * | GET /settings | profile, devices, sessions, release |
 * | POST /settings/sessions/ID/end | ends one session: 303, or for htmx an empty 200 |
 * | POST /settings/sessions/end-others | ends all but this one: 303 |
 * | POST /settings/new-places/ID/dismiss | it was the person: 303, or for htmx an empty 200 |
 * | POST /settings/new-places/ID/end | it was not: ends its session, 303 |
 * | POST /settings/language (language) | a cookie with the choice, or without one; 303 |
 */
import { Elysia } from 'elysia';
import { Settings, type SettingsProps } from '../../views/pages/settings.tsx';
import type { SessionRecord } from '../contract/accounts.ts';
import type { DeviceId } from '../contract/ids.ts';
import { MAX_DEVICES_PER_PERSON } from '../contract/limits.ts';
import { t } from '../contract/words.ts';
import { SECURITY_PAGE } from '../http/elsewhere.ts';
import { Refusal } from '../http/errors.ts';
import { chosenLanguage, languageCookie } from '../http/language.ts';
import { isLanguage } from '../words/catalogues.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, html, type PageDeps, viewerOf, wantsPart } from './pages-frame.ts';

export const settingsPages = (deps: PageDeps) => {
  const { devices, places, sessions, storage } = deps.services;
  const frame = createFrame(deps);

  return new Elysia({ name: 'pages-settings' })
    .get('/settings', async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      const [site, own, list, { bytes, limit }] = await Promise.all([
        frame.site(),
        devices.own(session.account),
        sessions.list(session),
        storage.own(session.account),
      ]);
      const props: SettingsProps = {
        site,
        viewer: viewerOf(session),
        role: session.role,
        devices: own.map((device) => ({ ...device, seenAt: lastSeen(list, device.device) })),
        maxDevices: MAX_DEVICES_PER_PERSON,
        sessions: list,
        storage: { used: bytes, limit },
        language: chosenLanguage(request),
      };
      return frame.pane(request, session, {
        page: 'settings',
        draw: () => ({ title: t('Settings'), pane: Settings(props) }),
      });
    })

    .post(
      '/settings/language',
      async ({ request }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        const chosen = (await readForm(request)).get('language') ?? '';
        const cookie = languageCookie(isLanguage(chosen) ? chosen : null, deps.origin().startsWith('https:'));
        return goTo(request, '/settings#language', { 'set-cookie': cookie });
      },
      { parse: 'none' },
    )

    .post(
      '/settings/sessions/end-others',
      async ({ request }) => {
        const session = await frame.guard.entered(request);
        deps.limits.take('writeAccount', session.account);
        await sessions.endOthers(session);
        return goTo(request, '/settings#sessions');
      },
      { parse: 'none' },
    )

    .post(
      '/settings/new-places/:id/dismiss',
      async ({ request, params }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        await places.dismiss(session, frame.guard.caller(request), params.id);
        return wantsPart(request) ? html(request, () => '') : goTo(request, '/settings#sessions');
      },
      { parse: 'none' },
    )

    .post(
      '/settings/new-places/:id/end',
      async ({ request, params }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        for (const ended of await places.disown(session, frame.guard.caller(request), params.id))
          await sessions.end(session.account, ended).catch((error: unknown) => {
            // It may have ended by itself; the place is forgotten either way.
            if (!(error instanceof Refusal)) throw error;
          });
        return goTo(request, `${SECURITY_PAGE}?done=ended`);
      },
      { parse: 'none' },
    )

    .post(
      '/settings/sessions/:id/end',
      async ({ request, params }) => {
        const session = await frame.guard.signedIn(request);
        deps.limits.take('writeAccount', session.account);
        await sessions.end(session.account, params.id);
        if (params.id === session.id)
          return goTo(request, '/sign-in', { 'set-cookie': sessions.cookie(null) });
        return wantsPart(request) ? html(request, () => '') : goTo(request, '/settings#sessions');
      },
      { parse: 'none' },
    );
};

/** When a session of the device was last used; null when it has none. */
const lastSeen = (sessions: readonly SessionRecord[], device: DeviceId): number | null =>
  sessions.reduce<number | null>(
    (seen, session) => (session.device === device ? Math.max(seen ?? 0, session.lastUsedAt) : seen),
    null,
  );
