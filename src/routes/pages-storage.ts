/**
 * What files take, for admins. Forbidden for everybody else.
 *
 * | page | answers |
 * |---|---|
 * | GET /admin/storage | sums, limits, people, the latest clean-up |
 * | POST /admin/storage (quota, total: GB; largest: MB; days, or empty) | keeps the limits: 303, or 400 with the page |
 * | POST /admin/storage/clean | cleans up: 303 |
 */

import { Elysia } from 'elysia';
import { Storage, type StorageFormProps } from '../../views/admin/storage.tsx';
import type { Session } from '../auth/sessions.ts';
import { MAX_FILE_BYTES } from '../contract/files.ts';
import type { PolicyValues } from '../contract/policies.ts';
import { sentence, t } from '../contract/words.ts';
import type { StorageLimits } from '../services/storage.ts';
import { readForm } from './pages-form.ts';
import { createFrame, goTo, type PageDeps } from './pages-frame.ts';

const GB = 1_000_000_000;
const MB = 1_000_000;
const MAX_GB = 1_000_000;
const MAX_FILE_MB = Math.floor(MAX_FILE_BYTES / MB);
/** Ten years. */
const MAX_DAYS = 3650;

export const storagePages = (deps: PageDeps) => {
  const { accounts, fileCleanup, policies, storage } = deps.services;
  const frame = createFrame(deps);

  const page = async (request: Request, session: Session, form: Partial<StorageFormProps>) => {
    const [here, limits, people, cleaned] = await Promise.all([
      storage.overview(),
      policies.read(),
      accounts.people(),
      fileCleanup.last(),
    ]);
    const byAccount = new Map(people.map((person) => [person.account, person]));
    const props = {
      role: session.role,
      used: here.all,
      limit: limits.workspaceFileBytes,
      free: here.free,
      people: here.accounts.flatMap(({ account, ...total }) => {
        const person = byAccount.get(account);
        return person === undefined ? [] : [{ person, ...total }];
      }),
      personLimit: limits.accountFileBytes,
      ending: here.ending,
      unfinished: here.unfinished,
      cleaned,
      form: { ...typedOf(limits), ...form },
    };
    const draw = () => ({ title: t('Storage'), pane: Storage(props) });
    return frame.pane(request, session, { page: 'admin', draw, status: form.errors ? 400 : 200 });
  };

  return new Elysia({ name: 'pages-storage' })
    .get('/admin/storage', async ({ request }) => {
      const session = await frame.enter(request);
      if (session instanceof Response) return session;
      await frame.guard.may(request, 'storage.manage');
      return page(request, session, { saved: new URL(request.url).searchParams.has('saved') });
    })

    .post(
      '/admin/storage',
      async ({ request }) => {
        const session = await frame.guard.may(request, 'storage.manage');
        deps.limits.take('writeAccount', session.account);
        const form = await readForm(request);
        const typed = (name: string) => (form.get(name) ?? '').trim();
        const fields = {
          quota: typed('quota'),
          total: typed('total'),
          largest: typed('largest'),
          days: typed('days'),
        };
        const { limits, errors } = readLimits(fields);
        if (limits === null) return page(request, session, { ...fields, errors });
        await storage.setLimits(session, limits);
        return goTo(request, '/admin/storage?saved=limits#limits');
      },
      { parse: 'none' },
    )

    .post(
      '/admin/storage/clean',
      async ({ request }) => {
        const session = await frame.guard.may(request, 'storage.manage');
        deps.limits.take('writeAccount', session.account);
        await readForm(request);
        await fileCleanup.run(session.account);
        return goTo(request, '/admin/storage#cleanup');
      },
      { parse: 'none' },
    );
};

/** The limits as somebody would type them. */
const typedOf = ({ accountFileBytes, workspaceFileBytes, maxFileBytes, fileDays }: PolicyValues) => ({
  quota: String(accountFileBytes / GB),
  total: String(workspaceFileBytes / GB),
  largest: String(Math.floor(maxFileBytes / MB)),
  days: fileDays === null ? '' : String(fileDays),
});

/** The limits, or a sentence for every field that cannot be right. */
function readLimits(typed: Record<'quota' | 'total' | 'largest' | 'days', string>): {
  readonly limits: StorageLimits | null;
  readonly errors: Readonly<Record<string, string>>;
} {
  const errors: Record<string, string> = {};
  const read = (name: keyof typeof typed, pattern: RegExp, min: number, max: number): number => {
    const value = pattern.test(typed[name]) ? Number(typed[name].replace(',', '.')) : Number.NaN;
    if (value >= min && value <= max) return value;
    errors[name] = sentence('A number from {min} to {max}.', { min, max });
    return min;
  };
  const quota = read('quota', /^\d{1,7}(?:[.,]\d{1,3})?$/, 0, MAX_GB);
  const total = read('total', /^\d{1,7}(?:[.,]\d{1,3})?$/, 0, MAX_GB);
  const largest = read('largest', /^\d{1,4}$/, 1, MAX_FILE_MB);
  const days = typed.days === '' ? null : read('days', /^\d{1,4}$/, 1, MAX_DAYS);
  if (Object.keys(errors).length > 0) return { limits: null, errors };
  return {
    limits: {
      accountFileBytes: Math.round(quota * GB),
      workspaceFileBytes: Math.round(total * GB),
      // What is written as the most is the most, not a few bytes less.
      maxFileBytes: largest === MAX_FILE_MB ? MAX_FILE_BYTES : largest * MB,
      fileDays: days,
    },
    errors,
  };
}
