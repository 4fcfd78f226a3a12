/** What the audit log's actions and details are called. */

import { describeAgent } from '../../src/contract/agent.ts';
import type { AuditAction, AuditGroup, AuditKey } from '../../src/contract/audit.ts';
import { AUDIT_ACTIONS, AUDIT_KEYS } from '../../src/contract/audit.ts';
import { bytesWritten, locale, say, sentence, t } from '../../src/contract/words.ts';
import { hourWritten } from '../parts/sheet.tsx';

const GROUPS: Readonly<Record<AuditGroup, string>> = {
  sessions: sentence('Sessions'),
  accounts: sentence('Accounts and invites'),
  keys: sentence('Devices and ways to sign in'),
  workspace: sentence('Workspace and server'),
  conversations: sentence('Conversations'),
  files: sentence('Files and links'),
};

const ACTIONS: Readonly<Record<AuditAction, string>> = {
  'session.opened': sentence('Signed in'),
  'session.refused': sentence('Sign-in refused'),
  'session.ended': sentence('Session ended'),
  'session.new-place': sentence('Signed in from a new place'),
  'session.verified': sentence('Confirmed who they are'),
  'account.registered': sentence('Account created'),
  'account.restarted': sentence('Started again with a new identity'),
  'account.role': sentence('Role changed'),
  'account.disabled': sentence('Account disabled'),
  'account.enabled': sentence('Account enabled'),
  'account.exported': sentence('Data of an account exported'),
  'account.deleted': sentence('Account deleted'),
  'invite.made': sentence('Invite created'),
  'invite.used': sentence('Invite used'),
  'invite.revoked': sentence('Invite taken back'),
  'restart.made': sentence('Link to start again created'),
  'restart.revoked': sentence('Link to start again taken back'),
  'setup-link.made': sentence('Set-up link created'),
  'device.added': sentence('Device added'),
  'device.renewed': sentence('Device renewed'),
  'device.revoked': sentence('Device removed'),
  'vault.replaced': sentence('Vault replaced'),
  'passkey.added': sentence('Passkey added'),
  'passkey.renamed': sentence('Passkey renamed'),
  'passkey.removed': sentence('Passkey removed'),
  'password.changed': sentence('Password changed'),
  'second-factor.on': sentence('Second factor turned on'),
  'second-factor.off': sentence('Second factor turned off'),
  'second-factor.reset': sentence('Second factor reset'),
  'second-factor.refused': sentence('Wrong code of the second factor'),
  'backup-codes.made': sentence('Backup codes created'),
  'backup-code.used': sentence('Backup code used'),
  'token.made': sentence('Token created'),
  'token.revoked': sentence('Token taken back'),
  'token.refused': sentence('Token refused'),
  'policy.changed': sentence('Policy changed'),
  'access.refused': sentence('Access refused'),
  'audit.exported': sentence('Audit log exported'),
  'mail.added': sentence('Email address added'),
  'mail.verified': sentence('Email address verified'),
  'mail.removed': sentence('Email address removed'),
  'backup.made': sentence('Backup made'),
  'backup.failed': sentence('Backup failed'),
  'backup.restored': sentence('Backup restored'),
  'workspace.moved': sentence('Moved to another database'),
  'server.started': sentence('Server started'),
  'server.stopped': sentence('Server stopped'),
  'conversation.made': sentence('Conversation begun'),
  'roster.changed': sentence('Members or settings of a group changed'),
  'message.accepted': sentence('Message accepted'),
  'file.begun': sentence('Upload begun'),
  'file.completed': sentence('Upload complete'),
  'file.fetched': sentence('File downloaded'),
  'file.removed': sentence('File deleted'),
  'file.expired': sentence('File expired'),
  'file.abandoned': sentence('Unfinished upload deleted'),
  'file.placed': sentence('File shared in a conversation'),
  'file.unplaced': sentence('File taken out of a conversation'),
  'file.expiry': sentence('Expiry of a file changed'),
  'file.refused': sentence('Access to a file refused'),
  'share.made': sentence('Link to a file created'),
  'share.visited': sentence('Link to a file opened'),
  'share.refused': sentence('Link to a file refused'),
  'share.revoked': sentence('Link to a file ended'),
  'request.made': sentence('File request created'),
  'request.handed-in': sentence('File handed in'),
  'request.refused': sentence('Hand-in of a file refused'),
  'request.revoked': sentence('File request ended'),
  'storage.cleaned': sentence('Storage cleaned up'),
  'storage.limits': sentence('Limits of storage changed'),
};

/** Details whose plain key would not be understood. Others are shown as they are. */
const KEYS: Readonly<Partial<Record<AuditKey, string>>> = {
  abandoned: sentence('Unfinished'),
  expired: sentence('Expired'),
  orphans: sentence('Left over'),
  needs: sentence('Permission'),
  kind: sentence('Kind'),
  op: sentence('Change'),
  scopes: sentence('May'),
  account: sentence('Person'),
  owner: sentence('Owner'),
  conversation: sentence('Conversation'),
  device: sentence('Device'),
  file: sentence('File'),
  size: sentence('Size'),
  bytes: sentence('Size'),
  accountFileBytes: sentence('Storage of each person'),
  workspaceFileBytes: sentence('Storage of the workspace'),
  maxFileBytes: sentence('Largest file'),
  fileDays: sentence('Days that files stay'),
  expiresAt: sentence('Expires'),
  recipients: sentence('Recipients'),
  epoch: sentence('Change number'),
  uses: sentence('Uses'),
  files: sentence('Files'),
  role: sentence('Role'),
  before: sentence('Before'),
  after: sentence('Now'),
  policy: sentence('Policy'),
  answer: sentence('Answer'),
  reason: sentence('Reason'),
  tried: sentence('Tried'),
  way: sentence('Way'),
  address: sentence('Address'),
  agent: sentence('Browser'),
  format: sentence('Format'),
  release: sentence('Release'),
  blobs: sentence('Parts of files'),
};

/** Words of closed lists, by the detail that holds them. Others are shown as they are, in translation where there is one. */
const VALUES: Readonly<Partial<Record<AuditKey, Readonly<Record<string, string>>>>> = {
  way: {
    password: sentence('password'),
    passkey: sentence('passkey'),
    code: sentence('code of an app'),
    recovery: sentence('recovery code'),
    link: sentence('approved by another device'),
    registration: sentence('new account'),
    restart: sentence('started again'),
    setup: sentence('set-up link'),
    invite: sentence('invite'),
    open: sentence('without an invite'),
  },
  policy: {
    registration: sentence('Who may make an account'),
    secondFactor: sentence('Signing in'),
    sessionDays: sentence('Days until sessions end'),
    relayDays: sentence('Days that sealed messages wait'),
    history: sentence('What those who come later see'),
    suite: sentence('Encryption of new groups'),
    audit: sentence('What the log notes'),
    presence: sentence('People see who is online'),
    typing: sentence('People see who is writing'),
    directDownloads: sentence('Files come straight from the bucket'),
  },
};

export const auditGroups = Object.keys(AUDIT_ACTIONS).filter(isGroup);
export const groupWord = (group: AuditGroup): string => say(GROUPS[group]);

/** What a row says was done; an action of another release as it stands there. */
export const actionWord = (action: string): string => (isAction(action) ? say(ACTIONS[action]) : action);

export const keyWord = (key: string): string => {
  const word = isKey(key) ? KEYS[key] : undefined;
  return word === undefined ? key : say(word);
};

/** A detail's value in words; null for ids, which are drawn as such. */
export function valueWord(key: string, value: string | number | boolean | null): string | null {
  if (value === null) return t('None');
  if (typeof value === 'boolean') return value ? t('Yes') : t('No');
  const kind = isKey(key) ? AUDIT_KEYS[key] : 'word';
  if (kind === 'id') return null;
  if (kind === 'agent') return describeAgent(String(value));
  if (typeof value === 'string') return say((isKey(key) ? VALUES[key]?.[value] : undefined) ?? value);
  if (kind === 'bytes') return bytesWritten(value);
  if (kind === 'time') return hourWritten(value);
  return new Intl.NumberFormat(locale()).format(value);
}

function isGroup(name: string): name is AuditGroup {
  return Object.hasOwn(AUDIT_ACTIONS, name);
}
function isAction(name: string): name is AuditAction {
  return Object.hasOwn(ACTIONS, name);
}
function isKey(name: string): name is AuditKey {
  return Object.hasOwn(AUDIT_KEYS, name);
}
