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

/** A word that this release does not know stays as it is. */
export const roleWord = (role: Role): string => say(ROLES[role] ?? role);
