/** The audit log as it is filtered and exported. Rows hold ids, sizes, addresses and settings, never content, names or secrets. */

/** Everything that is noted, by what it is about. */
export const AUDIT_ACTIONS = {
  sessions: ['session.opened', 'session.refused', 'session.ended', 'session.new-place', 'session.verified'],
  accounts: [
    'account.registered',
    'account.restarted',
    'account.role',
    'account.disabled',
    'account.enabled',
    'account.exported',
    'account.deleted',
    'invite.made',
    'invite.used',
    'invite.revoked',
    'restart.made',
    'restart.revoked',
    'setup-link.made',
  ],
  keys: [
    'device.added',
    'device.renewed',
    'device.revoked',
    'vault.replaced',
    'passkey.added',
    'passkey.renamed',
    'passkey.removed',
    'password.changed',
    'second-factor.on',
    'second-factor.off',
    'second-factor.reset',
    'second-factor.refused',
    'backup-codes.made',
    'backup-code.used',
    'token.made',
    'token.revoked',
    'token.refused',
  ],
  workspace: [
    'policy.changed',
    'access.refused',
    'audit.exported',
    'mail.added',
    'mail.verified',
    'mail.removed',
    'backup.made',
    'backup.failed',
    'backup.restored',
    'workspace.moved',
    'server.started',
    'server.stopped',
  ],
  conversations: ['conversation.made', 'roster.changed', 'message.accepted'],
  files: [
    'file.begun',
    'file.completed',
    'file.fetched',
    'file.removed',
    'file.expired',
    'file.abandoned',
    'file.placed',
    'file.unplaced',
    'file.expiry',
    'file.refused',
    'share.made',
    'share.visited',
    'share.refused',
    'share.revoked',
    'request.made',
    'request.handed-in',
    'request.refused',
    'request.revoked',
    'storage.cleaned',
    'storage.limits',
  ],
} as const;
export type AuditGroup = keyof typeof AUDIT_ACTIONS;
export type AuditAction = (typeof AUDIT_ACTIONS)[AuditGroup][number];

/** What a detail may say, and of which kind it is. A key that is missing here cannot be written: no content, no names, no secrets. */
export const AUDIT_KEYS = {
  // Ids.
  account: 'id',
  owner: 'id',
  conversation: 'id',
  device: 'id',
  file: 'id',
  invite: 'id',
  passkey: 'id',
  session: 'id',
  token: 'id',
  // Bytes.
  size: 'bytes',
  bytes: 'bytes',
  accountFileBytes: 'bytes',
  workspaceFileBytes: 'bytes',
  maxFileBytes: 'bytes',
  // Counts.
  abandoned: 'count',
  blobs: 'count',
  epoch: 'count',
  expired: 'count',
  files: 'count',
  fileDays: 'count',
  orphans: 'count',
  recipients: 'count',
  rows: 'count',
  uses: 'count',
  // Epoch milliseconds.
  at: 'time',
  expiresAt: 'time',
  // Words of a closed list: names of errors, roles, policies, kinds of sessions.
  action: 'word',
  after: 'word',
  answer: 'word',
  before: 'word',
  class: 'word',
  format: 'word',
  kind: 'word',
  needs: 'word',
  op: 'word',
  path: 'word',
  policy: 'word',
  reason: 'word',
  release: 'word',
  role: 'word',
  scopes: 'word',
  tried: 'word',
  way: 'word',
  // Where a request came from.
  address: 'address',
  agent: 'agent',
  // Yes or no.
  open: 'flag',
} as const satisfies Readonly<Record<string, AuditKind>>;
export type AuditKind = 'id' | 'bytes' | 'count' | 'time' | 'word' | 'address' | 'agent' | 'flag';
export type AuditKey = keyof typeof AUDIT_KEYS;
export type AuditDetail = Readonly<Partial<Record<AuditKey, string | number | boolean | null>>>;

/** Which rows; what is missing lets everything through. */
export interface AuditFilter {
  /** Who did it, or whom it was done to. */
  readonly account?: string;
  readonly actions?: readonly AuditAction[];
  /** Epoch milliseconds, inclusive. */
  readonly from?: number;
  /** Epoch milliseconds, exclusive. */
  readonly to?: number;
  readonly subject?: string;
}

/** One row as it is exported: CSV and JSON lines. */
export interface AuditRecord {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** An account, `visit:` and a link's id, or null for the server itself and for somebody who is not signed in. */
  readonly actor: string | null;
  readonly action: string;
  /** The id that it is about; empty for the workspace. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  /** SHA-256 over the row and the hash before it, hexadecimal. */
  readonly hash: string;
}
