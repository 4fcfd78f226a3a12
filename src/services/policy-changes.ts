/** Changing what the workspace allows: each policy that is another one now is a row of the audit, with what it was. */
import type { Session } from '../auth/sessions.ts';
import type { AuditDetail } from '../contract/audit.ts';
import type { PolicyValues } from '../contract/policies.ts';
import { isLive, SUITES } from '../protocol/suite.ts';
import type { Audit, AuditEntry } from './audit.ts';
import type { Policies } from './policies.ts';

/** A suite that a new group may demand. */
export interface LiveSuite {
  readonly id: number;
  /** What encrypts in it. */
  readonly name: string;
}

export const LIVE_SUITES: readonly LiveSuite[] = SUITES.filter(({ id }) => isLive(id)).map(
  ({ id, encryptionAlgorithm }) => ({ id, name: encryptionAlgorithm }),
);

/** Stores what is different, and says so in the audit. */
export async function changePolicies(
  { policies, audit }: { readonly policies: Policies; readonly audit: Pick<Audit, 'recordAll'> },
  { account }: Pick<Session, 'account'>,
  change: Partial<PolicyValues>,
): Promise<void> {
  await policies.write(change, (tx, before) =>
    audit.recordAll(
      tx,
      differences(before, change).map(
        (detail): AuditEntry => ({ actor: account, action: 'policy.changed', subject: '', detail }),
      ),
    ),
  );
}

function differences(before: PolicyValues, change: Partial<PolicyValues>): AuditDetail[] {
  return names(change).flatMap((policy) =>
    before[policy] === change[policy]
      ? []
      : [{ policy, before: String(before[policy]), after: String(change[policy]) }],
  );
}

const names = (change: Partial<PolicyValues>): (keyof PolicyValues)[] =>
  Object.keys(change) as (keyof PolicyValues)[];

/** Whether a change lets in more than before: whoever makes it shows once more who they are. */
export const loosens = (before: PolicyValues, change: Partial<PolicyValues>): boolean =>
  (change.registration === 'open' && before.registration !== 'open') ||
  (change.secondFactor === 'optional' && before.secondFactor !== 'optional') ||
  (change.directDownloads === true && !before.directDownloads) ||
  (change.sessionDays ?? 0) > before.sessionDays ||
  (change.suite ?? before.suite) < before.suite ||
  (change.audit === 'accounts' && before.audit !== 'accounts');
