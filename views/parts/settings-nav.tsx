/** The pages of one's own settings, as one row of links. */
import type { Role } from '../../src/contract/accounts.ts';
import { may, type Permission } from '../../src/contract/permissions.ts';
import { say, sentence, t } from '../../src/contract/words.ts';

interface SettingsPage {
  readonly path: string;
  readonly name: string;
  readonly needs?: Permission;
}

const PAGES = [
  { path: '/settings', name: sentence('General') },
  { path: '/settings/security', name: sentence('Security') },
  { path: '/settings/mail', name: sentence('Mail') },
  { path: '/settings/tokens', name: sentence('Tokens'), needs: 'tokens.make' },
  { path: '/settings/data', name: sentence('Your data') },
] as const satisfies readonly SettingsPage[];
export type SettingsPath = (typeof PAGES)[number]['path'];

export function SettingsNav({ role, here }: { role: Role; here: SettingsPath }) {
  const shown = PAGES.filter((page) => !('needs' in page) || may(role, page.needs));
  return (
    <nav class="tabs" aria-label={t('Pages of your settings')}>
      {shown.map(({ path, name }) => (
        <a href={path} {...(path === here ? { 'aria-current': 'page' } : {})} safe>
          {say(name)}
        </a>
      ))}
    </nav>
  );
}
