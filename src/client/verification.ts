/**
 * Comparing identities (protocol/README 11): both screens show the same digits, and by camera each screen shows a code
 * of both identities and of the transparency log that it sees, and the other one scans it.
 */
import { fromHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { isProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import { readVerification, safetyNumber, type Verification, writeVerification } from '../protocol/safety.ts';
import type { Context } from './context.ts';
import type { Comparison } from './engine-types.ts';
import { markVerified, pinnedPerson } from './identity.ts';
import { updateLog } from './log-update.ts';

const NO_LOG = new Uint8Array(32);

/** Both sides of the comparison with this person, by the identity that is shown now. */
async function sidesWith(ctx: Context, account: AccountId) {
  const peer = await pinnedPerson(ctx, account);
  return safetyNumber(
    { account: ctx.self.accountBytes, aik: ctx.self.aik },
    { account: fromHex(account), aik: peer.changed ?? peer.aik },
  );
}

/** 60 digits over one's own identity and the one that this person shows now. */
export async function safetyDigits(
  ctx: Context,
  account: AccountId,
): Promise<{ readonly digits: string; readonly verified: boolean }> {
  const peer = await pinnedPerson(ctx, account);
  const { digits } = await sidesWith(ctx, account);
  return { digits, verified: peer.verified && peer.changed === null };
}

/** The text of the QR code that this person scans. */
export async function verificationCode(ctx: Context, account: AccountId): Promise<string> {
  const { mine, theirs } = await sidesWith(ctx, account);
  const { head } = ctx.log;
  return writeVerification({
    shower: mine,
    scanner: theirs,
    ktSize: head?.size ?? 0,
    ktRoot: head?.root ?? NO_LOG,
  });
}

/**
 * Compares what a camera saw on this person's screen, and marks them as verified when everything is the same. A code that
 * is none, another identity and another log are told apart, because what to do differs. Another log is no evidence here: nobody has
 * signed what a screen shows, and whoever holds one up could stop everything. The next message says the same under a signature.
 */
export async function compareCode(ctx: Context, account: AccountId, text: string): Promise<Comparison> {
  let code: Verification;
  try {
    code = readVerification(text);
  } catch (error) {
    if (isProtocolError(error)) return 'no-code';
    throw error;
  }
  const { mine, theirs } = await sidesWith(ctx, account);
  if (!equalBytes(code.scanner, mine)) return equalBytes(code.shower, mine) ? 'own-code' : 'different';
  if (!equalBytes(code.shower, theirs)) return 'different';
  if (!(await seesTheSameLog(ctx, code))) return 'other-log';
  await markVerified(ctx, account, true);
  return 'same';
}

/** Whether the log on the other screen is a part of this device's, which is asked for anew when it is behind. */
async function seesTheSameLog(ctx: Context, { ktSize, ktRoot }: Verification): Promise<boolean> {
  if (ktSize === 0) return true;
  const covers = () => ctx.log.head !== null && ktSize <= ctx.log.head.size;
  if (!covers()) await updateLog(ctx);
  return covers() && equalBytes(ctx.log.log.root(ktSize), ktRoot);
}
