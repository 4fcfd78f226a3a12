/** The page of people and invites, which several forms answer with. */
import type { InviteFormProps } from '../../views/admin/invites.tsx';
import { Admin } from '../../views/admin/people.tsx';
import type { Session } from '../auth/sessions.ts';
import type { Person, Role } from '../contract/accounts.ts';
import { mayManage, rolesToGive } from '../contract/permissions.ts';
import type { StartAgainCreated } from '../contract/start-again.ts';
import { t } from '../contract/words.ts';
import type { Frame, PageDeps } from './pages-frame.ts';

/** What a form has to say on it. */
export interface PeopleNews {
  readonly form?: Omit<InviteFormProps, 'roles'>;
  readonly created?: StartAgainCreated;
}

/** Whoever invites most often invites members. */
export const rolesFor = ({ role }: Session): readonly Role[] =>
  rolesToGive(role).toSorted((a, b) => Number(b === 'member') - Number(a === 'member'));

/** Whether the session's holder may manage somebody. */
export const manages = (session: Session, { account, role }: Person): boolean =>
  account !== session.account && mayManage(session.role, role);

export const peoplePage =
  (deps: PageDeps, frame: Frame) =>
  async (request: Request, session: Session, { form, created }: PeopleNews = {}): Promise<Response> => {
    const { accounts, invites, startAgain } = deps.services;
    const [people, open, restarts] = await Promise.all([
      accounts.present(),
      invites.list(),
      startAgain.links.list(),
    ]);
    const props = {
      role: session.role,
      people,
      invites: open,
      form: { roles: rolesFor(session), ...form },
      managed: new Set(people.filter((person) => manages(session, person)).map(({ account }) => account)),
      startAgain: { open: restarts, created: created ?? null },
    };
    const draw = () => ({ title: t('Admin'), pane: Admin(props) });
    return frame.pane(request, session, { page: 'admin', draw, status: form?.errors ? 400 : 200 });
  };
