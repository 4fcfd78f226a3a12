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
