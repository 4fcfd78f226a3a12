/** Every page with a workspace that could exist. */
import type { Role } from '../../src/contract/accounts.ts';
import { outline } from '../../src/contract/api/outline.ts';
import type { AuditRecord } from '../../src/contract/audit.ts';
import type { AccountId, ConversationId, DeviceId } from '../../src/contract/ids.ts';
import { ROLES } from '../../src/contract/permissions.ts';
import { DEFAULT_POLICIES } from '../../src/contract/policies.ts';
import { sentence } from '../../src/contract/words.ts';
import { openApi } from '../../src/routes/openapi.ts';
import { AuditLog } from '../../views/admin/audit.tsx';
import { Backups } from '../../views/admin/backups.tsx';
import { Health, type HealthProps } from '../../views/admin/health.tsx';
import { Admin } from '../../views/admin/people.tsx';
import { ManagedPerson, type PersonProps } from '../../views/admin/person.tsx';
import { Policies, type PoliciesProps } from '../../views/admin/policies.tsx';
import { Storage } from '../../views/admin/storage.tsx';
import type { AssetUrls, Site, Viewer } from '../../views/layout.tsx';
import { ApiDocs } from '../../views/pages/api-docs.tsx';
import { Conversation } from '../../views/pages/conversation.tsx';
import { Welcome } from '../../views/pages/conversations.tsx';
import { FileRequest } from '../../views/pages/file-request.tsx';
import { Files } from '../../views/pages/files.tsx';
import { Group } from '../../views/pages/group.tsx';
import { Approve, Link } from '../../views/pages/link.tsx';
import { Mail } from '../../views/pages/mail.tsx';
import { NewConversation } from '../../views/pages/new-conversation.tsx';
import { AccountDeleted, ErrorPage, PlainHttp } from '../../views/pages/notice.tsx';
import { DeleteAccount, OwnData } from '../../views/pages/own-data.tsx';
import { RecoveryCode } from '../../views/pages/recovery-code.tsx';
import { Join, Setup } from '../../views/pages/register.tsx';
import { Settings } from '../../views/pages/settings.tsx';
import { Share } from '../../views/pages/share.tsx';
import { Recover, SignIn } from '../../views/pages/sign-in.tsx';
import { StartAgain } from '../../views/pages/start-again.tsx';
import { Tokens, type TokensProps } from '../../views/pages/tokens.tsx';
import { Trust } from '../../views/pages/trust.tsx';
import { Unlock } from '../../views/pages/unlock.tsx';
import { Verify } from '../../views/pages/verify.tsx';
import type { NewPlaceProps } from '../../views/parts/new-place.tsx';
import { Shell } from '../../views/parts/shell.tsx';
import { NEW_PLACE, securityDoors, securityPane } from './gallery-security.ts';

const NOW = Date.UTC(2026, 2, 12, 10, 42);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const account = (digit: string) => digit.repeat(32) as AccountId;
const device = (digit: string) => `${digit}1b2c3d4e5f60718`.repeat(2) as DeviceId;
const conversation = (digit: string) => digit.repeat(64) as ConversationId;

const ADA: Viewer = {
  account: account('3'),
  device: device('a'),
  username: 'ada',
  name: 'Ada Kern',
  role: 'owner',
};
const MAIL = { role: 'owner', username: 'ada', available: true } as const;
const MINA = { account: account('c'), name: 'Mina Ito', username: 'mina' };
const PEOPLE = [
  MINA,
  { account: account('5'), name: 'Ola Berg', username: 'ola' },
  { account: account('a'), name: 'Tomás Rey', username: 'tomas' },
  { account: account('7'), name: 'Li Wen', username: 'li.wen' },
  { account: account('4'), name: 'Wilhelmina Konstantinopoulou-Papadimitriou', username: 'wilhelmina.k' },
];
const ROWS = PEOPLE.map((person, index) => ({
  conversation: conversation(String(index)),
  peer: person.account,
  name: person.name,
  lastActivity: NOW - index * 26 * 60 * MINUTE,
  current: index === 0,
}));
const TRUST = {
  fingerprint: Array.from({ length: 32 }, (_, at) =>
    ((at * 37 + 161) % 256).toString(16).padStart(2, '0').toUpperCase(),
  ).join(':'),
  names: ['chat.lan', 'server', 'server.local', 'localhost'],
  until: NOW + 3650 * DAY,
  address: 'https://chat.lan:3000',
  isPlain: false,
  system: 'windows',
} as const;
const LIMITS = { minPassword: 12, maxName: 64, maxUsername: 32 };
const INVITE = {
  url: 'http://localhost:3000/join#kF3x9QmT2vB7yR1nLw8ZcD5hJ0sGpA4eUiOqXtVbNfM',
  role: 'member' as Role,
  uses: 5,
  expiresAt: NOW + 7 * DAY,
};

/** Name of a page to its HTML. */
export async function samplePages(assets: AssetUrls): Promise<ReadonlyMap<string, string>> {
  const site: Site = { workspace: 'Harbour Lab', release: '0.1.0', assets };
  const register = {
    site,
    limits: LIMITS,
    passkeys: true,
    fixedAddress: false,
    origin: 'http://localhost:3000',
  };
  const shell = (
    page: 'conversations' | 'conversation' | 'verify' | 'files' | 'settings' | 'admin',
    children: unknown,
    rows = ROWS,
    newPlaces: readonly NewPlaceProps[] = [],
  ) =>
    Shell({
      site,
      page,
      title: 'Harbour Lab',
      viewer: ADA,
      history: 'none',
      newPlaces,
      conversations: rows.map((row) => ({ ...row, current: page === 'conversation' && row.current })),
      children: String(children),
    });
  const talk = await Conversation({
    id: conversation('0'),
    self: ADA,
    peer: MINA,
    others: [MINA],
    isMember: true,
    relayDays: 7,
  });
  const group = {
    id: conversation('0'),
    self: ADA,
    peer: null,
    others: PEOPLE,
    isMember: true,
    relayDays: 7,
  };

  const pages: Record<string, string | Promise<string>> = {
    setup: Setup({ ...register, site: { ...site, workspace: '' } }),
    join: Join({ ...register, fixedAddress: true }),
    'start-again': StartAgain({ ...register, fixedAddress: true }),
    'start-again-over': StartAgain({ ...register, fixedAddress: true }),
    share: Share({ site }),
    'share-file': Share({ site }),
    'share-over': Share({ site }),
    'file-request': FileRequest({ site }),
    'sign-in': SignIn({ site, passkeys: true, open: true }),
    'sign-in-ip': SignIn({ site, passkeys: false, open: false }),
    recover: Recover({ site }),
    unlock: Unlock({ site, viewer: ADA, passkeys: true }),
    link: Link({ site }),
    'link-confirm': Link({ site }),
    approve: Approve({ site, viewer: ADA, passkeys: true }),
    'approve-vault': Approve({ site, viewer: ADA, passkeys: true }),
    'recovery-code': RecoveryCode({ site, viewer: ADA }),
    'first-run': shell(
      'conversations',
      await Welcome({ workspace: 'Harbour Lab', isAdmin: true, isGuest: false, conversations: 0, others: 0 }),
      [],
    ),
    conversations: shell(
      'conversations',
      await Welcome({ workspace: 'Harbour Lab', isAdmin: true, isGuest: false, conversations: 5, others: 5 }),
    ),
    conversation: shell('conversation', talk),
    'conversation-files': shell('conversation', talk),
    files: shell('files', await Files({ conversation: null })),
    'group-conversation': shell('conversation', await Conversation(group)),
    group: shell('conversation', await Group(group)),
    notes: shell('conversation', await Conversation({ ...group, isNotes: true, others: [] })),
    silence: shell('conversation', talk),
    search: shell('conversation', talk),
    dialog: shell('conversation', talk),
    'composer-answer': shell('conversation', talk),
    'composer-names': shell('conversation', talk),
    'composer-long': shell('conversation', talk),
    'composer-emoji': shell('conversation', talk),
    'composer-formatting': shell('conversation', talk),
    'new-conversation': shell(
      'conversations',
      await NewConversation({
        people: PEOPLE,
        typed: { people: 'mona' },
        errors: { people: 'Nobody here has the username mona.' },
      }),
    ),
    verify: shell('verify', await Verify({ ...MINA, conversation: conversation('0') })),
    settings: shell('settings', await Settings(settings(site))),
    'settings-security': shell('settings', securityPane(), ROWS, [NEW_PLACE]),
    ...securityDoors(site, ADA),
    'settings-evidence': shell('settings', await Settings(settings(site))),
    admin: shell('admin', await Admin(admin())),
    'admin-person': shell('admin', await ManagedPerson(managedPerson())),
    'admin-policies': shell('admin', await Policies(policies())),
    'admin-storage': shell('admin', await Storage(storage())),
    'admin-health': shell('admin', await Health(health())),
    'admin-health-well': shell('admin', await Health({ ...health(), warnings: [], span: 'day', usage: [] })),
    'admin-backups': shell('admin', await Backups(backups())),
    'admin-backups-failed': shell(
      'admin',
      await Backups({
        ...backups(),
        last: {
          ok: false,
          at: NOW - 2 * MINUTE,
          reason: 'There is no folder /mnt/backups.',
          file: '/mnt/backups/sotto-20260922-020000.backup',
        },
        kept: null,
      }),
    ),
    'admin-backups-elsewhere': shell('admin', await Backups({ ...backups(), elsewhere: true })),
    'admin-backups-none': shell(
      'admin',
      await Backups({ ...backups(), plan: null, last: null, kept: [], next: null }),
    ),
    'admin-audit': shell('admin', await AuditLog(auditLog())),
    'settings-data': shell('settings', await OwnData({ role: 'member', username: 'ada' })),
    'delete-account': DeleteAccount({ site, errors: { username: 'Type your username, ada.' } }),
    'account-deleted': AccountDeleted({ site }),
    'conversation-over': shell(
      'conversation',
      await Conversation({
        id: conversation('0'),
        self: ADA,
        peer: { ...MINA, name: 'Deleted account', deleted: true },
        others: [MINA],
        isMember: true,
        relayDays: 7,
      }),
    ),
    'admin-start-again': shell('admin', await Admin(admin())),
    tokens: shell('settings', await Tokens(tokens())),
    mail: shell(
      'settings',
      await Mail({
        ...MAIL,
        settings: { address: 'ada@example.org', verified: false, digest: true, problem: '' },
        typed: { errors: { code: 'This is not the code that was sent. Look at the newest mail.' } },
      }),
    ),
    'mail-verified': shell(
      'settings',
      await Mail({
        ...MAIL,
        settings: {
          address: 'ada@example.org',
          verified: true,
          digest: true,
          problem: '550 5.1.1 No such person here',
        },
      }),
    ),
    'api-docs': apiDocs(site),
    error: ErrorPage({ site, status: 404, message: 'There is no such conversation.' }),
    trust: Trust({ ...TRUST, site: { ...site, workspace: '' } }),
    'trust-plain': Trust({ ...TRUST, site: { ...site, workspace: '' }, isPlain: true, system: null }),
    'plain-http': PlainHttp({ site, host: '192.168.1.20', port: '3000', address: null }),
  };
  const drawn = await Promise.all(
    Object.entries(pages).map(async ([name, html]) => [name, await html] as const),
  );
  return new Map(drawn);
}

function settings(site: Site) {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36';
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605 Version/19.2 Safari/604.1';
  const session = { device: ADA.device, createdAt: NOW - DAY };
  return {
    site,
    viewer: ADA,
    role: 'owner' as Role,
    maxDevices: 5,
    language: null,
    storage: { used: 6_240_000_000, limit: 10_000_000_000 },
    devices: [
      { device: device('a'), addedAt: NOW - 10 * DAY, expiresAt: NOW + 170 * DAY, seenAt: NOW },
      { device: device('e'), addedAt: NOW - 120 * DAY, expiresAt: NOW + 60 * DAY, seenAt: NOW - 3 * DAY },
      { device: device('c'), addedAt: NOW - 90 * DAY, expiresAt: NOW + 90 * DAY, seenAt: null },
    ],
    sessions: [
      { id: 'one', current: true, address: '192.168.1.14', agent: chrome, lastUsedAt: NOW, ...session },
      {
        id: 'two',
        current: false,
        address: '2001:db8::7',
        agent: phone,
        lastUsedAt: NOW - 3 * DAY,
        ...session,
      },
    ],
  };
}

function auditLog() {
  const row = (
    seq: number,
    actor: string | null,
    action: string,
    subject: string,
    detail: AuditRecord['detail'] = {},
  ): AuditRecord => ({ seq, at: NOW - seq * MINUTE, actor, action, subject, detail, hash: 'ab'.repeat(32) });
  const file = 'f3'.repeat(16);
  return {
    role: 'owner' as Role,
    rows: [
      row(1041, ADA.account, 'account.role', MINA.account, { before: 'member', role: 'admin' }),
      row(1040, MINA.account, 'session.opened', '9d'.repeat(32), {
        way: 'passkey',
        address: '192.0.2.17',
        agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36',
        device: device('a'),
      }),
      row(1039, MINA.account, 'file.begun', file, {
        size: 482_113_877,
        conversation: conversation('4'),
        owner: MINA.account,
      }),
      row(1038, `visit:${'0d'.repeat(16)}`, 'file.fetched', file),
      row(1037, null, 'storage.cleaned', '', { expired: 3, abandoned: 0, bytes: 91_000_000, orphans: 1 }),
      row(1036, 'e1'.repeat(16), 'access.refused', '', { needs: 'audit.read', role: 'member' }),
      row(1035, null, 'server.started', '', { release: '0.1.0' }),
    ],
    people: new Map([ADA, ...PEOPLE].map((person) => [person.account as string, person])),
    typed: { person: '', what: '', from: '2026-03-01', to: '', about: '' },
    older: '/admin/audit?before=1035',
    newest: '/admin/audit',
    chain: { entries: 1041, head: '7c1e'.repeat(16), checked: { at: NOW, broken: null } },
  };
}

function backups() {
  const at = (days: number) => NOW - days * DAY - 20 * MINUTE;
  return {
    role: 'owner' as const,
    elsewhere: false,
    plan: { folder: '/mnt/backups', every: DAY, keep: 7 },
    underway: false,
    last: { ok: true as const, at: at(0), size: 38_200_000_000, missing: 0, file: '' },
    kept: [0, 1, 2].map((days) => ({
      name: `sotto-2026092${2 - days}-020000.backup`,
      at: at(days),
      size: 38_200_000_000 - days * 410_000_000,
    })),
    next: NOW + DAY - 20 * MINUTE,
  };
}

/** A server that is nearly full. */
function health(): HealthProps {
  const job = { running: false, lastAt: NOW - MINUTE, lastError: null, nextAt: NOW + MINUTE, node: null };
  return {
    role: 'owner',
    warnings: [
      {
        name: 'disk-low',
        words: sentence('The disk is nearly full: {free} of {total} are free.', {
          free: { bytes: 6_100_000_000 },
          total: { bytes: 80_000_000_000 },
        }),
      },
      {
        name: 'job-fails',
        words: sentence('The job “{job}” failed when it last ran: {reason}', {
          job: 'backup',
          reason: 'The folder /mnt/backup cannot be written.',
        }),
      },
    ],
    at: NOW,
    startedAt: NOW - 9 * DAY,
    release: '0.1.0',
    bun: '1.4.5',
    sockets: 41,
    people: 23,
    waiting: 318,
    database: { bytes: 212_000_000, wal: 4_100_000 },
    files: { bytes: 16_600_000_000, files: 1204 },
    disk: { free: 6_100_000_000, total: 80_000_000_000 },
    memory: 96_000_000,
    auditRows: 20_415,
    backupAt: NOW - 3 * DAY,
    certificateEnd: NOW + 61 * DAY,
    logKept: { until: NOW - 1000 },
    mailWaiting: 0,
    counted: {
      requests: 812_334,
      failed: 2,
      limited: 18,
      signIns: 96,
      signInsRefused: 7,
      pushes: 4120,
      pushesFailed: 3,
    },
    jobs: [
      { ...job, name: 'relay' },
      { ...job, name: 'files', running: true, nextAt: null },
      { ...job, name: 'backup', lastError: 'The folder /mnt/backup cannot be written.' },
      { ...job, name: 'digest', lastAt: null },
      { ...job, name: 'mail', node: 'sotto-2' },
      { ...job, name: 'sessions', node: 'sotto-3', lastAt: null },
    ],
    span: 'month',
    usage: Array.from({ length: 30 }, (_, index) => {
      const isWeekend = index % 7 > 4;
      return {
        at: NOW - (29 - index) * DAY,
        people: isWeekend ? 3 : 17 + (index % 5),
        messages: isWeekend ? 40 : 900 + ((index * 137) % 400),
        files: isWeekend ? 0 : 20 + ((index * 31) % 40),
        bytes: index < 4 ? null : 14_000_000_000 + index * 90_000_000,
      };
    }),
  };
}

function storage() {
  const sizes = [9_480_000_000, 6_240_000_000, 812_000_000, 31_000_000, 900];
  return {
    role: 'owner' as const,
    used: { bytes: 37_400_000_000, files: 1_284 },
    limit: 100_000_000_000,
    free: 412_000_000_000,
    people: PEOPLE.map((person, index) => ({
      person: { ...person, role: 'member' as Role, disabled: false },
      bytes: sizes[index] ?? 0,
      files: 640 >> index,
    })),
    personLimit: 10_000_000_000,
    ending: { bytes: 1_900_000_000, files: 12 },
    unfinished: { bytes: 0, files: 0 },
    cleaned: { at: NOW - 20 * MINUTE, expired: 3, abandoned: 1, orphans: 2, bytes: 240_000_000 },
    form: { quota: '10', total: '100', largest: '2147', days: '', errors: {}, saved: false },
  };
}

function managedPerson(): PersonProps {
  return {
    person: { ...MINA, role: 'member', disabled: false },
    viewer: { role: 'owner', roles: ROLES },
    secondFactor: { codesLeft: 8 },
    done: 'role',
    deletion: { typed: 'mia', error: 'This is another username.' },
  };
}

function policies(): PoliciesProps {
  return {
    role: 'owner',
    form: { ...DEFAULT_POLICIES, sessionDays: '400', relayDays: '7', suite: '2' },
    canDirect: true,
    suites: [{ id: 2, name: 'X25519-ML-KEM-768-AES256-GCM' }],
    errors: { sessionDays: 'Enter a whole number of days from 1 to 365.' },
  };
}

function admin() {
  const role = (index: number): Role => (index === 0 ? 'admin' : 'member');
  return {
    role: 'owner' as const,
    people: [
      { ...ADA, role: 'owner' as Role, disabled: false },
      ...PEOPLE.map((person, index) => ({ ...person, role: role(index), disabled: index === 3 })),
    ],
    invites: [
      { id: 'one', role: 'member' as Role, usesLeft: 5, expiresAt: NOW + 7 * DAY },
      { id: 'two', role: 'guest' as Role, usesLeft: 1, expiresAt: NOW + DAY },
    ],
    form: { roles: ['member', 'guest', 'auditor', 'admin', 'owner'] as Role[], created: INVITE },
    managed: new Set(PEOPLE.map(({ account }) => account)),
    startAgain: {
      open: [{ id: 'one', username: MINA.username, name: MINA.name, expiresAt: NOW + DAY }],
      created: null,
    },
  };
}

function tokens(): TokensProps {
  const token = { device: device('a'), createdAt: NOW - 40 * DAY, expiresAt: NOW + 50 * DAY };
  return {
    role: 'owner',
    username: 'ada',
    now: NOW,
    confirmed: true,
    created: {
      ...token,
      id: '1'.repeat(64),
      name: 'Build server',
      scopes: ['people:read'],
      lastUsedAt: null,
      token: `sotto_${'Ab3-'.repeat(10)}xyz`,
    },
    tokens: [
      { ...token, id: '1'.repeat(64), name: 'Build server', scopes: ['people:read'], lastUsedAt: null },
      {
        ...token,
        id: '2'.repeat(64),
        name: 'Collects the audit log every night',
        scopes: ['audit:read', 'conversations:read', 'messages:read'],
        expiresAt: NOW - DAY,
        lastUsedAt: NOW - 2 * DAY,
      },
    ],
    typed: { name: '', scopes: ['people:read'], days: '90', errors: { name: 'This is needed.' } },
  };
}

function apiDocs(site: Site) {
  const document = openApi('https://chat.example.org');
  return ApiDocs({ site, about: document.info.description.replaceAll('`', ''), ...outline(document) });
}
