/** Tells one's own other devices what was read and chosen here (protocol/README 7, `sync`). */
import type { AccountId } from '../contract/ids.ts';
import { type SyncPayload, syncPayload } from '../protocol/payload.ts';
import type { Address } from './address.ts';
import type { Context } from './context.ts';
import { queueErrand } from './errands.ts';
import type { Operation, Reads } from './operation.ts';
import { readPeer } from './peers.ts';

/** Every device that is signed for. */
export async function devicesOf(reads: Reads, account: AccountId): Promise<readonly Address[]> {
  const peer = await readPeer(reads, account);
  return (peer?.devices ?? []).map(({ device }) => ({ account, device }));
}

export async function syncOwnDevices(op: Operation, ctx: Context, payload: SyncPayload): Promise<void> {
  const others = (await devicesOf(op, ctx.self.account)).filter(({ device }) => device !== ctx.self.device);
  await queueErrand(op, ctx, { to: others, kind: 'sync', payload: syncPayload.encode(payload) });
}

/** What the person has chosen. */
export function syncSettings(op: Operation, ctx: Context, settings: SyncPayload['settings']): Promise<void> {
  return syncOwnDevices(op, ctx, { readMarks: [], settings });
}
