/** Asks the server about people and keeps what verifies. The answer is checked outside the lock, and stored under it. */
import type { DirectoryEntry } from '../contract/accounts.ts';
import { fromHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Context } from './context.ts';
import { displayName } from './display-text.ts';
import { updateLog } from './log-update.ts';
import type { Operation } from './operation.ts';
import { noteOwnList } from './own-devices.ts';
import { NotAsLogged, pinEntry, readPeer, type StoredPeer, writePeer } from './peers.ts';
import { NOTICES } from './sentences.ts';
import { dropSessions } from './sessions.ts';

/** Accounts in one question to the directory. */
const PEOPLE_PER_REQUEST = 100;

/** What asking the directory brought. */
export interface Refreshed {
  /** Their devices or identity are other ones than before. */
  readonly changed: readonly AccountId[];
  /** What the server said of them does not verify; the pin stays. */
  readonly refused: readonly AccountId[];
}

/** Times that directory and log are asked anew when they do not say the same: one may have moved on in between. */
const ROUNDS = 3;

/**
 * Fetches and pins what the server says of these accounts and its log confirms. Throws TransportFailed or
 * TransportRefused; what does not verify is refused, told, and given back.
 */
export async function refreshPeople(ctx: Context, accounts: readonly AccountId[]): Promise<Refreshed> {
  const changed: AccountId[] = [];
  const refused: AccountId[] = [];
  for (let at = 0; at < accounts.length; at += PEOPLE_PER_REQUEST) {
    let asked = accounts.slice(at, at + PEOPLE_PER_REQUEST);
    for (let round = 1; asked.length > 0; round++) {
      const entries = await ctx.transport.directory(asked);
      await updateLog(ctx);
      const again: AccountId[] = [];
      for (const entry of entries) {
        if (!asked.includes(entry.account)) continue;
        const outcome = await refreshPerson(ctx, entry, round < ROUNDS);
        if (outcome === 'again') again.push(entry.account);
        if (outcome === 'changed') changed.push(entry.account);
        if (outcome === 'refused') refused.push(entry.account);
      }
      asked = again;
    }
  }
  return { changed, refused };
}

type Outcome = 'same' | 'changed' | 'refused' | 'again';

async function refreshPerson(ctx: Context, entry: DirectoryEntry, mayAsk: boolean): Promise<Outcome> {
  const before = await readPeer(ctx.storage, entry.account);
  let after: StoredPeer;
  try {
    after = await pinEntry(ctx.crypto, before, entry, ctx.log.log.account(fromHex(entry.account)));
  } catch (error) {
    const name = before?.name ?? displayName(entry.username, 'somebody');
    if (error instanceof NotAsLogged && mayAsk) return 'again';
    if (error instanceof NotAsLogged && entry.leaf === null && isUnlogged(ctx, entry)) {
      // From before the log, and not back since: whoever is pinned stays pinned, nobody new is believed.
      return before === null ? 'refused' : 'same';
    }
    if (error instanceof NotAsLogged) {
      ctx.notice('E_KT', NOTICES.notLogged(name));
      return 'refused';
    }
    if (error instanceof ProtocolError && error.code === 'E_ROSTER') {
      ctx.notice('E_ROSTER', NOTICES.rollback(name));
    } else {
      ctx.notice(error instanceof ProtocolError ? error.code : 'E_FORMAT', NOTICES.directory(name));
    }
    return 'refused';
  }
  if (after === before) return 'same';
  // One's own identity is in the vault, not in the directory: another one there is a lie, or another workspace.
  if (entry.account === ctx.self.account && after.changed !== null) {
    ctx.notice('E_ROSTER', NOTICES.directory(after.name));
    return 'refused';
  }
  return ctx.operate(async (op) => {
    const current = await readPeer(op, entry.account);
    if (current !== null && !isSamePin(current, before)) return 'same';
    const next = { ...after, verified: current?.verified ?? false };
    writePeer(op, next);
    if (before?.changed === null && next.changed !== null) {
      op.events.push({ type: 'notice', code: 'identity', message: NOTICES.identity(next.name) });
    }
    if (before !== null) await dropGoneDevices(op, before, next);
    if (next.account === ctx.self.account) await noteOwnList(op, ctx, before, next);
    return 'changed';
  });
}

/** Neither the entry nor the log has a leaf of this account. */
const isUnlogged = (ctx: Context, { account }: DirectoryEntry): boolean =>
  ctx.log.log.account(fromHex(account)) === null;

/** Whether nobody else has written the pin since it was read. */
function isSamePin(current: StoredPeer, before: StoredPeer | null): boolean {
  return (
    before !== null &&
    current.listVersion === before.listVersion &&
    current.listed === before.listed &&
    current.leafHash.toHex() === before.leafHash.toHex() &&
    current.aik.toHex() === before.aik.toHex() &&
    (current.changed === null) === (before.changed === null)
  );
}

/** A device that is no longer listed loses its sessions at once (R38). */
async function dropGoneDevices(op: Operation, before: StoredPeer, after: StoredPeer): Promise<void> {
  for (const { device } of before.devices) {
    if (after.devices.some((each) => each.device === device)) continue;
    await dropSessions(op, { account: after.account, device });
  }
}
