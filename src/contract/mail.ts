/** Mail to people of the workspace: what is told, never what anybody wrote. */

import type { Role } from './accounts.ts';
import type { AuditAction } from './audit.ts';

/** Something that happened to an account, which its person hears of wherever they are. */
export type MailNotice =
  /** A sign-in that does not look like the person. agent: what the browser calls itself. */
  | { readonly kind: 'new-place'; readonly agent: string; readonly address: string; readonly at: number }
  /** A way in was added, changed or taken away. */
  | { readonly kind: 'security'; readonly what: AuditAction; readonly at: number }
  | { readonly kind: 'role'; readonly role: Role; readonly at: number };

/** Characters of an address, at most (RFC 5321, 4.5.3.1.3). */
export const MAX_MAIL_ADDRESS = 254;
/** Digits of the code that proves an address. */
export const MAIL_CODE_DIGITS = 8;

/** A person's address, as Settings show it. */
export interface MailSettings {
  readonly address: string;
  /** False until the code has come back. */
  readonly verified: boolean;
  /** Mail when messages wait that no device has fetched. */
  readonly digest: boolean;
  /** What the mail server said when it refused an address for good; empty otherwise. */
  readonly problem: string;
}
