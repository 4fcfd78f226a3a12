/**
 * Who may do what: one table for guards, pages and tests. A permission says that somebody may ask; which of the things there are is
 * decided by the lookup itself (a conversation's members, a file's owner).
 */
import type { Role } from './accounts.ts';

/** Roles that hold each permission. */
export const PERMISSIONS = {
  /** Read and write where one is a member, keep files there, be seen by those who are there too. */
  converse: ['owner', 'admin', 'member', 'guest'],
  /** See everybody of the workspace and begin a conversation with any of them. Guests see those whom they share one with. */
  'people.see': ['owner', 'admin', 'member'],
  /** Make groups, and come into open ones. */
  'groups.make': ['owner', 'admin', 'member'],
  /** Links for people without an account, both ways. */
  'links.make': ['owner', 'admin', 'member'],
  /** Tokens for programs that call the API in one's own name. */
  'tokens.make': ['owner', 'admin', 'member'],
  'invites.make': ['owner', 'admin'],
  /** Disable, delete, change roles, take second factors away, let somebody start again: of those below (`mayManage`). */
  'people.manage': ['owner', 'admin'],
  'policies.change': ['owner', 'admin'],
  'storage.manage': ['owner', 'admin'],
  'health.see': ['owner', 'admin'],
  'backups.make': ['owner', 'admin'],
  'audit.read': ['owner', 'admin', 'auditor'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Permission = keyof typeof PERMISSIONS;

export const may = (role: Role, permission: Permission): boolean => {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
};

/** Every role, from the one that may do most. */
export const ROLES: readonly Role[] = ['owner', 'admin', 'member', 'guest', 'auditor'];

/** Roles that somebody may give, to invited people and to others: only owners make owners. */
export const rolesToGive = (own: Role): readonly Role[] =>
  own === 'owner' ? ROLES : own === 'admin' ? ROLES.filter((role) => role !== 'owner') : [];

/** Whether somebody of role `own` may manage somebody of role `other`. Nobody manages themselves. */
export const mayManage = (own: Role, other: Role): boolean =>
  may(own, 'people.manage') && (other !== 'owner' || own === 'owner');

/** Whether a role lets its holder see or do more than take part: who gives it has shown a moment ago who they are. */
export const isTrusted = (role: Role): boolean => may(role, 'people.manage') || may(role, 'audit.read');
