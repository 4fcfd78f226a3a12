/**
 * The transparency log for those who draw it, and the person's decision to go on (protocol/README 11, "Transparency").
 */
import { accountId, toBase64, toHex } from '../contract/bytes.ts';
import { fingerprint } from '../protocol/identity.ts';
import type { Context } from './context.ts';
import type { LogStatus } from './engine-types.ts';
import { isFrozen, listEvidence, settleEvidence, viewEvidence } from './log-evidence.ts';
import { RESTART, updateLog } from './log-update.ts';
import type { Operation } from './operation.ts';
import { barePeer, StoredPeer, writePeer } from './peers.ts';
import { TransportFailed, TransportRefused } from './ports.ts';
import { LOG_KEY } from './self.ts';
import { decodeStored } from './stored.ts';

/** What this device has verified, and everything it ever kept against it. */
export async function logStatus(ctx: Context): Promise<LogStatus> {
  await ctx.log.load(ctx.storage);
  const { head, log } = ctx.log;
  const key = await ctx.storage.get('meta', LOG_KEY);
  return {
    head: head && { size: head.size, root: toHex(head.root), time: head.time },
    key: key && toBase64(key),
    keyFingerprint: key && toHex(fingerprint(key)),
    people: log.everybody().map(({ leaf }) => ({
      account: accountId(leaf.account),
      username: leaf.username,
      fingerprint: toHex(leaf.identity),
      version: leaf.version,
    })),
    evidence: (await listEvidence(ctx.storage)).map(viewEvidence),
    frozen: await isFrozen(ctx.storage),
  };
}

/**
 * A restored server has older device lists, and nobody can give it the newer ones back: those that verify are taken once more. Identities
 * stay pinned.
 */
async function forgetLists(op: Operation): Promise<void> {
  for (const [, value] of await op.list('peers', { prefix: '' })) {
    const peer = decodeStored(StoredPeer, value);
    const { listVersion, listHash, listed, vaultVersion, leafHash } = barePeer(peer);
    writePeer(op, { ...peer, listVersion, listHash, listed, vaultVersion, leafHash });
  }
}

/**
 * Marks the evidence as seen. When the server itself had shown another log, the one that it shows now is replayed from its
 * start: pinned identities stay what they were.
 */
export async function acknowledgeLog(ctx: Context): Promise<void> {
  await ctx.operate(async (op) => {
    const settled = await settleEvidence(op, ctx.now());
    if (settled.some(({ kind }) => kind !== 'claim')) op.writeBytes('log', RESTART, Uint8Array.of(1));
    if (settled.some(({ kind }) => kind === 'restored')) await forgetLists(op);
  });
  // What waits leaves with the head that stands now. Without a network that comes with the next connection.
  await updateLog(ctx).catch((error: unknown) => {
    if (!(error instanceof TransportFailed || error instanceof TransportRefused)) throw error;
  });
  ctx.wakes.inbox(0);
  ctx.wakes.flush();
}
