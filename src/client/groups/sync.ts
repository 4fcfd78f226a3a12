/**
 * Brings a group's membership up to what the server shows, as far as it verifies. What does not hold stops the sending there,
 * with a reason, and is kept as evidence (protocol/README 11; R1, R12). Store `conversations`, `e/ID/EPOCH/HASH`: an event that the
 * server showed and that contradicts what is known; the one it contradicts is in the chain.
 */
import { accountId } from '../../contract/bytes.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import { memberOf, type Roster } from '../../protocol/roster.ts';
import { countedAtFirst, countedEvents } from '../../protocol/roster-counted.ts';
import type { Context } from '../context.ts';
import { readConversation, writeConversation } from '../conversations.ts';
import { refreshPeople } from '../directory.ts';
import { sortable } from '../operation.ts';
import { findDevice, isWhole, readPeer } from '../peers.ts';
import { TransportRefused } from '../ports.ts';
import { Single } from '../single.ts';
import { loadChain } from './chain.ts';
import { commitEvents } from './commit.ts';
import { type FreshEvent, fetchRoster, RosterLie } from './fetch.ts';
import { offerAgain } from './offer.ts';
import { STOPPED } from './sentences.ts';

/** Contradicting events that are kept of one group; the first ones tell the most. */
const EVIDENCE_KEPT = 20;

export type Synced = 'same' | 'changed' | 'stopped';

const RUNNING = new WeakMap<object, Map<ConversationId, Single<Synced>>>();

/** Throws TransportFailed, TransportRefused. One at a time for each group; the result is of a look that began after this call. */
export function syncRoster(ctx: Context, id: ConversationId): Promise<Synced> {
  const groups = RUNNING.get(ctx) ?? new Map<ConversationId, Single<Synced>>();
  RUNNING.set(ctx, groups);
  const single = groups.get(id) ?? new Single(() => syncOnce(ctx, id));
  groups.set(id, single);
  return single.run();
}

/** @param isOffered whether what the server had lost was offered to it just now */
async function syncOnce(ctx: Context, id: ConversationId, isOffered = false): Promise<Synced> {
  const chain = await loadChain(ctx.storage, ctx, id);
  try {
    const { fresh, roster } = await fetchRoster(ctx, id, chain);
    if (fresh.length === 0 || roster === null) {
      await goOn(ctx, id);
      return 'same';
    }
    await learnPeople(ctx, fresh, roster);
    const counted = await countedOf(ctx, chain?.head ?? null, fresh);
    const wasIn = chain !== null && memberOf(chain.head, ctx.self.accountBytes) !== null;
    if (!wasIn && !(await isBroughtIn(ctx, counted, roster))) {
      stopUnknown(ctx, id, STOPPED.stranger);
      return 'stopped';
    }
    if (chain === null && counted.length === 0) {
      if (memberOf(roster, ctx.self.accountBytes) !== null) stopUnknown(ctx, id, STOPPED.unconfirmed);
      return 'stopped';
    }
    const stored = counted.length > 0 && (await commitEvents(ctx, id, counted));
    if (counted.length < fresh.length) {
      await stop(ctx, id, STOPPED.revoked, false);
      return 'stopped';
    }
    return stored ? 'changed' : 'same';
  } catch (error) {
    if (!isOffered && chain !== null && isSetBack(error) && (await offerAgain(ctx, id, chain)))
      return syncOnce(ctx, id, true);
    if (!(error instanceof RosterLie)) throw error;
    await keepEvidence(ctx, id, error);
    await stop(ctx, id, STOPPED[error.why], error.why === 'forked');
    return 'stopped';
  }
}

/** The server shows less than it has shown, or nothing any more. */
const isSetBack = (error: unknown): boolean =>
  (error instanceof RosterLie && error.why === 'rolled back') ||
  (error instanceof TransportRefused && error.status === 404);

/** Names, identities and devices of everybody in the group, and the newest devices of those who signed. */
async function learnPeople(ctx: Context, fresh: readonly FreshEvent[], roster: Roster): Promise<void> {
  const signers = new Set(fresh.map(({ event }) => accountId(event.by)));
  const wanted = new Set<AccountId>(signers);
  for (const member of roster.members.values()) {
    const account = accountId(member.account);
    const peer = await readPeer(ctx.storage, account);
    if (peer === null || !isWhole(peer) || !equalBytes(member.identity, hash(peer.aik))) wanted.add(account);
  }
  await refreshPeople(ctx, [...wanted]);
}

/**
 * The events that count: what a removed device signed does when an admin has built on it, or when it was known here before. A
 * thief's device cannot make anything of its own afterwards.
 */
async function countedOf(
  ctx: Context,
  known: Roster | null,
  fresh: readonly FreshEvent[],
): Promise<readonly FreshEvent[]> {
  const events = await Promise.all(
    fresh.map(async (each) => ({ ...each, isCurrent: await isListed(ctx, each) })),
  );
  const count = known === null ? countedAtFirst(ctx.self.accountBytes, events) : countedEvents(known, events);
  return fresh.slice(0, count);
}

async function isListed(ctx: Context, { event, stored, roster }: FreshEvent): Promise<boolean> {
  if (stored.device === ctx.self.device) return true;
  const peer = await readPeer(ctx.storage, stored.account);
  if (peer === null || findDevice(peer, stored.device) === null) return false;
  // Who has left is no member any more; the signature was checked against the roster before.
  const member = memberOf(roster, event.by);
  return member === null || equalBytes(member.identity, hash(peer.aik));
}

/**
 * Whether somebody whose identity is known here has brought this account in: a server can make up people, but not those who
 * are pinned.
 */
async function isBroughtIn(ctx: Context, fresh: readonly FreshEvent[], head: Roster): Promise<boolean> {
  const self = ctx.self.accountBytes;
  const entry = fresh.findLast(
    ({ roster }, i) => memberOf(roster, self) !== null && !isMemberAfter(fresh[i - 1], self),
  );
  if (entry === undefined) return true;
  const by = accountId(entry.event.by);
  if (by === ctx.self.account) return true;
  const peer = await readPeer(ctx.storage, by);
  if (peer === null) return false;
  const identity = hash(peer.aik);
  return [memberOf(entry.roster, entry.event.by), memberOf(head, entry.event.by)].some(
    (member) => member !== null && equalBytes(member.identity, identity),
  );
}

const isMemberAfter = (event: FreshEvent | undefined, account: Uint8Array): boolean =>
  event !== undefined && memberOf(event.roster, account) !== null;

/** The server shows what is known: what it said before is over, unless it has shown two signed ones. */
async function goOn(ctx: Context, id: ConversationId): Promise<void> {
  const known = await readConversation(ctx.storage, id);
  if (known === null || known.stopped === null || known.stopped.final) return;
  await ctx.operate(async (op) => {
    const current = await readConversation(op, id);
    if (current === null || current.stopped === null || current.stopped.final) return;
    writeConversation(op, { ...current, stopped: null });
    op.afterwards.push(() => ctx.wakes.flush());
  });
}

async function stop(ctx: Context, id: ConversationId, reason: string, final: boolean): Promise<void> {
  if ((await readConversation(ctx.storage, id)) === null) {
    stopUnknown(ctx, id, reason);
    return;
  }
  await ctx.operate(async (op) => {
    const current = await readConversation(op, id);
    if (current === null || current.stopped?.final === true || current.stopped?.reason === reason) return;
    writeConversation(op, { ...current, stopped: { reason, final } });
    op.events.push({ type: 'notice', code: 'E_ROSTER', message: reason });
  });
}

const TOLD = new WeakMap<object, Set<ConversationId>>();

/** Of a group that is not shown at all it is told once. */
function stopUnknown(ctx: Context, id: ConversationId, reason: string): void {
  const told = TOLD.get(ctx) ?? new Set();
  TOLD.set(ctx, told);
  if (told.has(id)) return;
  told.add(id);
  ctx.notice('E_ROSTER', reason);
}

async function keepEvidence(ctx: Context, id: ConversationId, lie: RosterLie): Promise<void> {
  const { signed, epoch } = lie;
  if (signed === null) return;
  await ctx.operate(async (op) => {
    const prefix = `e/${id}/`;
    const kept = await op.list('conversations', { prefix, limit: EVIDENCE_KEPT });
    const key = `${prefix}${sortable(epoch)}/${hash(signed).toHex()}`;
    if (kept.length < EVIDENCE_KEPT && (await op.get('conversations', key)) === null)
      op.writeBytes('conversations', key, signed);
  });
}
