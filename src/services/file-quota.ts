/** What an account and the workspace may keep of files. A file counts in full from its beginning on. */
import { sealedFileBytes } from '../contract/files.ts';
import type { AccountId } from '../contract/ids.ts';
import type { PolicyValues } from '../contract/policies.ts';
import { sentence } from '../contract/words.ts';
import type { Tx } from '../store/db.ts';
import { totalOf, totalOfAll } from '../store/file-lists.ts';
import { Refusal } from './refusal.ts';

/** Files of one account, at most: each is a row, however small it is. */
const MAX_ACCOUNT_FILES = 100_000;

/** Throws TooLarge when a file of `size` bytes is larger than any may be. */
export function checkSize({ maxFileBytes }: PolicyValues, size: number): void {
  if (size > maxFileBytes)
    throw new Refusal(
      'TooLarge',
      sentence('A file can have {limit} here, and this one has {size}. Send it in parts, or ask an admin.', {
        limit: { bytes: maxFileBytes },
        size: { bytes: size },
      }),
    );
}

/** Throws TooLarge when a file of `size` bytes does not fit beside what is there. */
export async function checkQuota(
  tx: Tx,
  policy: PolicyValues,
  account: AccountId,
  size: number,
): Promise<void> {
  const stored = sealedFileBytes(size);
  const own = await totalOf(tx, account);
  if (own.files >= MAX_ACCOUNT_FILES)
    throw new Refusal(
      'TooLarge',
      sentence('You have {n} files here, which is the most. Delete some that you do not need.', {
        n: own.files,
      }),
    );
  if (own.bytes + stored > policy.accountFileBytes)
    throw new Refusal(
      'TooLarge',
      sentence(
        'Your files take {used} of {limit}, and this one needs {size}. Delete some that you do not need, or ask an admin for more.',
        { used: { bytes: own.bytes }, limit: { bytes: policy.accountFileBytes }, size: { bytes: stored } },
      ),
    );
  const all = await totalOfAll(tx);
  if (all.bytes + stored > policy.workspaceFileBytes)
    throw new Refusal(
      'TooLarge',
      sentence(
        'Everybody’s files take {used} of {limit} in this workspace, and this one needs {size}. Ask an admin for more room.',
        { used: { bytes: all.bytes }, limit: { bytes: policy.workspaceFileBytes }, size: { bytes: stored } },
      ),
    );
}
