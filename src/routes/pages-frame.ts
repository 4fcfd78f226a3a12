/** What every page route needs: who asks, what the frame around a page holds, and how answers are made. */

import type { PageName, Site, Viewer } from '../../views/layout.tsx';
import { groupSize } from '../../views/parts/conversation-row.tsx';
import { Pane, Shell } from '../../views/parts/shell.tsx';
import type { Session } from '../auth/sessions.ts';
import type { Person } from '../contract/accounts.ts';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { may, type Permission } from '../contract/permissions.ts';
import type { ConversationRecord } from '../contract/relay.ts';
import { RELEASE } from '../contract/release.ts';
import { t } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import { codePage } from '../http/compression.ts';
import { SECURITY_PAGE } from '../http/elsewhere.ts';
import { speakTo } from '../http/language.ts';
import { createGuard, type Guard } from '../http/session.ts';

export type PageDeps = Pick<
  Deps,
  'services' | 'assets' | 'origin' | 'address' | 'limits' | 'config' | 'clock'
>;

/** A page inside the workspace: what stands in its pane. */
export interface PaneOf {
  readonly page: PageName;
  /** Title, and escaped HTML of the pane: called in the reader's language. */
  readonly draw: () => { readonly title: string; readonly pane: JSX.Element };
  /** The conversation that is open. */
  readonly open?: ConversationId;
  readonly status?: number;
}

export interface Frame {
  readonly guard: Guard;
  site(): Promise<Site>;
  /**
   * The session of somebody who may use the workspace, or the redirect to where they must go first. Forbidden without the
   * permission that is named.
   */
  enter(request: Request, permission?: Permission): Promise<Session | Response>;
  /** The whole page, or for htmx its pane alone. */
  pane(request: Request, session: Session, pane: PaneOf): Promise<Response>;
}

export function createFrame(deps: PageDeps): Frame {
  const { accounts, conversations, places, policies } = deps.services;
  const guard = createGuard(deps);

  const site = async (): Promise<Site> => {
    const { name, release } = await accounts.workspace();
    return { workspace: name, release, assets: deps.assets };
  };

  return {
    guard,
    site,

    async enter(request, permission) {
      const session = await guard.session(request);
      if (session?.device === null) return goTo(request, '/unlock');
      if (session?.weak) return goTo(request, SECURITY_PAGE);
      if (session && permission !== undefined) return guard.may(request, permission);
      if (session) return session;
      return goTo(request, (await accounts.ready()) ? '/sign-in' : '/setup');
    },

    async pane(request, session, { page, draw, open, status = 200 }) {
      const here = await site();
      if (wantsPane(request)) {
        const part = () => {
          const { title, pane: safePane } = draw();
          return Pane({ title, workspace: here.workspace, children: safePane });
        };
        return html(request, part, status);
      }
      const [people, records, { history }, newPlaces] = await Promise.all([
        accounts.people(),
        may(session.role, 'converse') ? conversations.list(session.account) : [],
        policies.read(),
        places.toldTo(session, guard.caller(request)),
      ]);
      const named = new Map(people.map((person) => [person.account, person]));
      const rows = records.flatMap((record) => {
        const account = peerOf(record, session.account);
        const peer = account === null ? null : named.get(account);
        return peer === undefined ? [] : [{ record, peer }];
      });
      const whole = () => {
        const { title, pane: safePane } = draw();
        return Shell({
          site: here,
          page,
          title,
          viewer: viewerOf(session),
          history,
          newPlaces,
          conversations: rows.map(({ record, peer }) => ({
            conversation: record.id,
            peer: peer?.account ?? null,
            isNotes: isNotes(record),
            name: peer === null ? titleOf(record) : nameOf(peer),
            lastActivity: record.lastActivity,
            current: record.id === open,
          })),
          children: safePane,
        });
      };
      return html(request, whole, status);
    },
  };
}

export const viewerOf = ({ account, device, username, name, role }: Session): Viewer => ({
  account,
  device,
  username,
  name,
  role,
});

/** Whether it is somebody's conversation with themselves. */
export const isNotes = ({ kind, members }: Pick<ConversationRecord, 'kind' | 'members'>): boolean =>
  kind === 'direct' && members.length === 1;

/** What the server can call a conversation that is with nobody in particular. In the language of the render. */
export const titleOf = (record: Pick<ConversationRecord, 'kind' | 'members'>): string =>
  isNotes(record) ? t('Notes to self') : groupSize(record.members.length);

/** What a person is called; in the language of the render. */
export const nameOf = ({ name, deleted }: Pick<Person, 'name' | 'deleted'>): string =>
  deleted ? t('Deleted account') : name;

/** The other person of a direct conversation; null for a group, and for notes to oneself. */
export const peerOf = ({ kind, members }: ConversationRecord, self: AccountId): AccountId | null =>
  kind === 'direct' ? (members.find((member) => member !== self) ?? null) : null;

/** What pages say of themselves when nothing may be read: errors must not depend on the database. */
export const bareSite = (assets: Deps['assets']): Site => ({ workspace: '', release: RELEASE, assets });

/** Whether htmx asks, to swap only a part of the page that is open. */
export const wantsPart = (request: Request): boolean => request.headers.get('hx-request') === 'true';

/** Whether htmx asks for the pane, as a click in the list does. */
const wantsPane = (request: Request): boolean =>
  wantsPart(request) && request.headers.get('hx-request-type') === 'partial';

/**
 * Markup in the language of the request. One address answers with a page or with a part of it, in several languages, which
 * no cache may confuse. `draw` must not wait for anything.
 */
export function html(request: Request, draw: () => JSX.Element, status = 200): Response {
  const markup = speakTo(request, draw);
  if (typeof markup !== 'string')
    throw new TypeError('A view waited: its words would be of another language.');
  const { body, headers } = codePage(request, markup);
  return new Response(body, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      vary: 'HX-Request, HX-Request-Type, Accept-Language, Cookie, Accept-Encoding',
      ...headers,
    },
  });
}

/** A redirect after a form (RFC 9110, 15.4.4). htmx would follow it and swap a page into a pane: it is told to go. */
export function goTo(
  request: Request,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return wantsPart(request)
    ? new Response(null, { status: 200, headers: { 'hx-redirect': path, ...headers } })
    : new Response(null, { status: 303, headers: { location: path, ...headers } });
}
