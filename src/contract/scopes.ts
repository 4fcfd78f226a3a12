/**
 * What a token may do: one table for guard, page, OpenAPI document and tests. A call that is not named here takes no token, so nothing
 * of an account's keys, ways in, sessions and tokens can be changed by one.
 */
import { PATHS } from './paths.ts';
import type { Permission } from './permissions.ts';
import { sentence } from './words.ts';

/** What each scope lets a program do, in words, and the permission of the account's role that it takes besides. */
export const SCOPES = {
  'messages:read': {
    words: sentence('Fetch what waits for this device, sealed, and acknowledge it'),
    needs: 'converse',
  },
  'messages:send': { words: sentence('Hand in messages that this device has sealed'), needs: 'converse' },
  'conversations:read': {
    words: sentence('List your conversations and who is in them'),
    needs: 'converse',
  },
  'people:read': {
    words: sentence('List people, their public keys and the transparency log'),
    needs: 'people.see',
  },
  'files:read': { words: sentence('Fetch files that you may fetch, sealed'), needs: 'converse' },
  'files:write': { words: sentence('Store and delete files of yours, sealed'), needs: 'converse' },
  'invites:make': { words: sentence('Make invites'), needs: 'invites.make' },
  'audit:read': { words: sentence('Read the audit log'), needs: 'audit.read' },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly needs: Permission }>>;
export type Scope = keyof typeof SCOPES;

const FILE = `${PATHS.files}/:id`;
const PLACE = `${FILE}/places/:conversation`;

/** Calls that take a token, by method and route, with every scope that they ask for. */
export const TOKEN_CALLS: Readonly<Record<string, readonly Scope[]>> = {
  [`GET ${PATHS.token}`]: [],
  [`POST ${PATHS.messages}`]: ['messages:send'],
  [`POST ${PATHS.claimPrekeys}`]: ['messages:send'],
  [`POST ${PATHS.statuses}`]: ['messages:send'],
  [`GET ${PATHS.envelopes}`]: ['messages:read'],
  [`POST ${PATHS.acknowledgements}`]: ['messages:read'],
  // One line for both ways.
  [`GET ${PATHS.socket}`]: ['messages:read', 'messages:send'],
  [`GET ${PATHS.conversations}`]: ['conversations:read'],
  [`GET ${PATHS.openConversations}`]: ['conversations:read'],
  [`GET ${PATHS.conversations}/:id`]: ['conversations:read'],
  [`GET ${PATHS.conversations}/:id/roster`]: ['conversations:read'],
  [`GET ${PATHS.people}`]: ['people:read'],
  [`POST ${PATHS.directory}`]: ['people:read'],
  [`GET ${PATHS.log}`]: ['people:read'],
  [`GET ${PATHS.logConsistency}`]: ['people:read'],
  [`GET ${PATHS.files}`]: ['files:read'],
  [`GET ${FILE}`]: ['files:read'],
  [`GET ${FILE}/chunks/:n`]: ['files:read'],
  [`GET ${FILE}/hashes`]: ['files:read'],
  [`GET ${FILE}/direct/:n`]: ['files:read'],
  [`POST ${PATHS.files}`]: ['files:write'],
  [`PUT ${FILE}/chunks/:n`]: ['files:write'],
  [`POST ${FILE}/complete`]: ['files:write'],
  [`PUT ${FILE}/expiry`]: ['files:write'],
  [`DELETE ${FILE}`]: ['files:write'],
  [`PUT ${PLACE}`]: ['files:write'],
  [`DELETE ${PLACE}`]: ['files:write'],
  [`POST ${PATHS.invites}`]: ['invites:make'],
  [`GET ${PATHS.audit}`]: ['audit:read'],
};

const CALLS = Object.entries(TOKEN_CALLS).map(([call, scopes]) => {
  const [method = '', route = ''] = call.split(' ');
  return { method, parts: route.split('/'), scopes };
});

/** Scopes that a call asks a token for; null for one that takes none. `path` without its query. */
export function scopesOf(method: string, path: string): readonly Scope[] | null {
  const parts = path.split('/');
  const fits = (pattern: readonly string[]) =>
    pattern.length === parts.length &&
    pattern.every((part, at) => part === parts[at] || (part.startsWith(':') && parts[at] !== ''));
  // `/conversations/open` is no id: what stands first is what the router takes, too.
  return CALLS.find((call) => call.method === method && fits(call.parts))?.scopes ?? null;
}
