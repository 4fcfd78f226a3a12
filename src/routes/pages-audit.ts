/**
 * The audit log for those who may read it. Forbidden for everybody else.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin/audit (person, what, from, to, about, before) | a page of the log, newest first |
 * | POST /admin/audit/export (format, and the filter) | a file of all rows that the filter lets through |
 * | POST /admin/audit/check (the filter) | the page, with whether the chain is whole |
 */
import { Elysia } from 'elysia';
import { AUDIT_FIELDS, AuditLog, type AuditProps, type TypedFilter } from '../../views/admin/audit.tsx';
import type { Session } from '../auth/sessions.ts';
import { AUDIT_ACTIONS, type AuditAction, type AuditFilter, type AuditGroup } from '../contract/audit.ts';
import { isAccountId } from '../contract/ids.ts';
import { sentence, t } from '../contract/words.ts';
import { Refusal } from '../http/errors.ts';
import { streamOf } from '../http/streamed.ts';
import { AUDIT_FORMATS, auditFile } from '../services/audit-export.ts';
import { readForm } from './pages-form.ts';
import { createFrame, type PageDeps } from './pages-frame.ts';

const PAGE_ROWS = 50;
const DAY_MS = 24 * 3600 * 1000;
const PATH = '/admin/audit';

export const auditPages = (deps: PageDeps) => {
  const { accounts, audit } = deps.services;
  const frame = createFrame(deps);

  const page = async (
    request: Request,
    session: Session,
    fields: URLSearchParams,
    checked: AuditProps['chain']['checked'] = null,
  ) => {
    const typed = typedFilter(fields);
    const { filter, errors } = await readFilter(typed);
    const before = wholeNumber(fields.get('before'));
    const [found, everybody, chain] = await Promise.all([
      filter === null ? [] : audit.find(filter, before, PAGE_ROWS + 1),
      accounts.people(),
      audit.head(),
    ]);
    const rows = found.slice(0, PAGE_ROWS);
    const last = rows.at(-1)?.seq;
    const props: AuditProps = {
      role: session.role,
      rows,
      people: new Map(everybody.map((person) => [person.account, person])),
      typed,
      errors,
      older: found.length > PAGE_ROWS && last !== undefined ? addressOf(typed, last) : null,
      newest: before === null ? null : addressOf(typed, null),
      chain: { ...chain, checked },
    };
    return frame.pane(request, session, {
      page: 'admin',
      draw: () => ({ title: t('Audit log'), pane: AuditLog(props) }),
      status: filter === null ? 400 : 200,
    });
  };

  return new Elysia({ name: 'pages-audit' })
    .get(PATH, async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      await frame.guard.may(request, 'audit.read');
      return page(request, session, new URL(request.url).searchParams);
    })

    .post(
      `${PATH}/export`,
      async ({ request }) => {
        const session = await frame.guard.mayNow(request, 'audit.read');
        deps.limits.take('writeAccount', session.account);
        const form = await readForm(request);
        const format = AUDIT_FORMATS.find((known) => known === form.get('format'));
        const { filter } = await readFilter(typedFilter(form));
        if (!format || filter === null)
          throw new Refusal(
            'ValidationError',
            'This filter cannot be read. Choose it on the page and try again.',
          );
        await audit.exported(session.account, format);
        const name = `audit-${new Date(deps.clock()).toISOString().slice(0, 10)}.${format}`;
        return fileAnswer(auditFile(audit.all(filter), format), format, name);
      },
      { parse: 'none' },
    )

    .post(
      `${PATH}/check`,
      async ({ request }) => {
        const session = await frame.guard.may(request, 'audit.read');
        deps.limits.take('writeAccount', session.account);
        const form = await readForm(request);
        const { broken } = await audit.verify();
        return page(request, session, form, { at: deps.clock(), broken });
      },
      { parse: 'none' },
    );

  /** What was typed as a filter, or a sentence for each field that is wrong. */
  async function readFilter(typed: TypedFilter): Promise<{
    readonly filter: AuditFilter | null;
    readonly errors: Readonly<Record<string, string>>;
  }> {
    const errors: Record<string, string> = {};
    const account = typed.person === '' ? undefined : await accountOf(typed.person);
    if (account === null)
      errors.person = sentence('Nobody here has the username {name}.', { name: typed.person });
    const from = dayOf(typed.from);
    const to = dayOf(typed.to);
    for (const [name, day] of [
      ['from', from],
      ['to', to],
    ] as const)
      if (Number.isNaN(day)) errors[name] = sentence('Write the day as 2026-03-31.');
    const actions = typed.what === '' ? undefined : actionsOf(typed.what);
    if (Object.keys(errors).length > 0) return { filter: null, errors };
    return {
      errors,
      filter: {
        ...(account ? { account } : {}),
        ...(actions ? { actions } : {}),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to: to + DAY_MS }),
        ...(typed.about === '' ? {} : { subject: typed.about }),
      },
    };
  }

  /** The account of a username or an id; null for nobody's. */
  async function accountOf(person: string): Promise<string | null> {
    const name = person.replace(/^@/, '').toLowerCase();
    return (await accounts.personNamed(name))?.account ?? (isAccountId(name) ? name : null);
  }
};

const typedFilter = (fields: URLSearchParams): TypedFilter => {
  const typed = (name: (typeof AUDIT_FIELDS)[number]) => (fields.get(name) ?? '').trim().slice(0, 128);
  return {
    person: typed('person'),
    what: typed('what'),
    from: typed('from'),
    to: typed('to'),
    about: typed('about'),
  };
};

function addressOf(typed: TypedFilter, before: number | null): string {
  const fields = new URLSearchParams();
  for (const name of AUDIT_FIELDS) if (typed[name] !== '') fields.set(name, typed[name]);
  if (before !== null) fields.set('before', String(before));
  const query = fields.toString();
  return query === '' ? PATH : `${PATH}?${query}`;
}

/** Midnight of a day, UTC, in epoch milliseconds; undefined for none, NaN for what is no day. */
function dayOf(text: string): number | undefined {
  if (text === '') return undefined;
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
}

/** The actions of a group, or the one of this name; everything for a name of neither. */
function actionsOf(what: string): readonly AuditAction[] | undefined {
  if (isGroup(what)) return AUDIT_ACTIONS[what];
  const known: readonly AuditAction[] = Object.values(AUDIT_ACTIONS).flat();
  const action = known.find((each) => each === what);
  return action && [action];
}

const isGroup = (name: string): name is AuditGroup => Object.hasOwn(AUDIT_ACTIONS, name);

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;

const TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' } as const;

function fileAnswer(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: keyof typeof TYPES,
  name: string,
): Response {
  return new Response(streamOf(pieces), {
    headers: {
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
  });
}
