/** What roles are called. */
import type { Role } from '../../src/contract/accounts.ts';
import { say, sentence } from '../../src/contract/words.ts';

const ROLES: Readonly<Record<Role, string>> = {
  owner: sentence('owner'),
  admin: sentence('admin'),
  member: sentence('member'),
  guest: sentence('guest'),
  auditor: sentence('auditor'),
};

/** The same with a capital, where it stands alone: in a table, a list, a choice. */
const CAPITAL: Readonly<Record<Role, string>> = {
  owner: sentence('Owner'),
  admin: sentence('Admin'),
  member: sentence('Member'),
  guest: sentence('Guest'),
  auditor: sentence('Auditor'),
};

/** A word that this release does not know stays as it is. */
export const roleWord = (role: Role): string => say(ROLES[role] ?? role);

export const roleTitle = (role: Role): string => say(CAPITAL[role] ?? role);
