/**
 * What the workspace allows, for those who decide it.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin/policies | the form |
 * | POST /admin/policies (registration, secondFactor, sessionDays, relayDays, history, suite, audit, presence, typing, directDownloads) | 303, or the form with what is wrong |
 *
 * Whoever lets in more than before shows once more who they are.
 */
import { Elysia } from 'elysia';
import { Policies, type PoliciesProps, type PolicyForm } from '../../views/admin/policies.tsx';
import type { Session } from '../auth/sessions.ts';
import { POLICY_RANGES, type PolicyValues } from '../contract/policies.ts';
import { sentence, t } from '../contract/words.ts';
import { changePolicies, LIVE_SUITES, loosens } from '../services/policy-changes.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, type PageDeps } from './pages-frame.ts';

const HERE = '/admin/policies';
/** Policies of this page; limits of files have their own. */
type Limits = 'accountFileBytes' | 'workspaceFileBytes' | 'maxFileBytes' | 'fileDays';
type Changed = Omit<PolicyValues, Limits | 'directDownloads'> &
  Partial<Pick<PolicyValues, 'directDownloads'>>;

export const policyPages = (deps: PageDeps) => {
  const { audit, policies } = deps.services;
  const frame = createFrame(deps);
  /** Elsewhere there is nothing to choose. */
  const canDirect = Boolean(deps.config.s3?.publicEndpoint);

  const page = (
    request: Request,
    session: Session,
    more: Omit<PoliciesProps, 'role' | 'suites' | 'canDirect'>,
  ) => {
    const props = { role: session.role, suites: LIVE_SUITES, canDirect, ...more };
    const draw = () => ({ title: t('Policies'), pane: Policies(props) });
    return frame.pane(request, session, { page: 'admin', draw, status: more.errors ? 400 : 200 });
  };

  return new Elysia({ name: 'pages-policies' })
    .get(HERE, async ({ request }) => {
      const session = await frame.enter(request, 'policies.change');
      if (session instanceof Response) return session;
      const saved = new URL(request.url).searchParams.has('saved');
      return page(request, session, { form: formOf(await policies.read()), saved });
    })

    .post(
      HERE,
      async ({ request }) => {
        const session = await frame.guard.may(request, 'policies.change');
        deps.limits.take('writeAccount', session.account);
        const form = typedIn(await readForm(request));
        const { change, errors } = readPolicies(form, canDirect);
        if (!change) return page(request, session, { form, errors });
        if (loosens(await policies.read(), change)) frame.guard.verified(session);
        await changePolicies({ policies, audit }, session, change);
        return goTo(request, `${HERE}?saved=policies`);
      },
      { parse: 'none' },
    );
};

const formOf = (held: PolicyValues): PolicyForm => ({
  ...held,
  sessionDays: String(held.sessionDays),
  relayDays: String(held.relayDays),
  suite: String(held.suite),
});

function typedIn(form: URLSearchParams): PolicyForm {
  const typed = (name: string) => (form.get(name) ?? '').trim();
  return {
    registration: typed('registration'),
    secondFactor: typed('secondFactor'),
    sessionDays: typed('sessionDays'),
    relayDays: typed('relayDays'),
    history: typed('history'),
    suite: typed('suite'),
    audit: typed('audit'),
    presence: form.has('presence'),
    typing: form.has('typing'),
    directDownloads: form.has('directDownloads'),
  };
}

/** The policies that were typed, or a sentence for every field that cannot be right. */
function readPolicies(
  form: PolicyForm,
  canDirect: boolean,
): {
  readonly change: Changed | null;
  readonly errors: Readonly<Partial<Record<keyof PolicyForm, string>>>;
} {
  const errors: Partial<Record<keyof PolicyForm, string>> = {};
  const choice = <const T extends string>(name: keyof PolicyForm, words: readonly [T, ...T[]]): T => {
    const found = words.find((word) => word === form[name]);
    if (found === undefined) errors[name] = sentence('Choose one of the list.');
    return found ?? words[0];
  };
  const days = (name: keyof typeof POLICY_RANGES): number => {
    const { min, max } = POLICY_RANGES[name];
    const days = /^\d{1,4}$/.test(form[name]) ? Number(form[name]) : 0;
    if (days < min || days > max)
      errors[name] = sentence('Enter a whole number of days from {min} to {max}.', { min, max });
    return days;
  };
  const suite = LIVE_SUITES.find(({ id }) => String(id) === form.suite)?.id;
  if (suite === undefined) errors.suite = sentence('Choose one of the list.');
  const change: Changed = {
    registration: choice('registration', ['invite', 'open']),
    secondFactor: choice('secondFactor', ['optional', 'required']),
    sessionDays: days('sessionDays'),
    relayDays: days('relayDays'),
    history: choice('history', ['none', 'invitation', 'all']),
    suite: suite ?? 0,
    audit: choice('audit', ['accounts', 'messages']),
    presence: form.presence,
    typing: form.typing,
    ...(canDirect ? { directDownloads: form.directDownloads } : {}),
  };
  return { change: Object.keys(errors).length === 0 ? change : null, errors };
}
