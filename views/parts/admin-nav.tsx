/** The pages of the admin area that somebody may see, as one row of links. */

import type { Role } from '../../src/contract/accounts.ts';
import { may, type Permission } from '../../src/contract/permissions.ts';
import { say, sentence, t } from '../../src/contract/words.ts';

const PAGES: readonly { readonly path: string; readonly needs: Permission; readonly name: string }[] = [
  { path: '/admin', needs: 'people.manage', name: sentence('People') },
  { path: '/admin/policies', needs: 'policies.change', name: sentence('Policies') },
  { path: '/admin/storage', needs: 'storage.manage', name: sentence('Storage') },
  { path: '/admin/audit', needs: 'audit.read', name: sentence('Audit log') },
  { path: '/admin/health', needs: 'health.see', name: sentence('Health') },
  { path: '/admin/backups', needs: 'backups.make', name: sentence('Backups') },
];
export type AdminPath =
  | '/admin'
  | '/admin/policies'
  | '/admin/storage'
  | '/admin/audit'
  | '/admin/health'
  | '/admin/backups';

/** Where the link of the workspace's frame leads for this role; null for those who have nothing to see there. */
export const adminHome = (role: Role): string | null =>
  PAGES.find(({ needs }) => may(role, needs))?.path ?? null;

export function AdminNav({ role, here }: { role: Role; here: AdminPath }) {
  return (
    <nav class="tabs" aria-label={t('Admin pages')}>
      {PAGES.filter(({ needs }) => may(role, needs)).map(({ path, name }) => (
        <a href={path} {...(path === here ? { 'aria-current': 'page' } : {})} safe>
          {say(name)}
        </a>
      ))}
    </nav>
  );
}
