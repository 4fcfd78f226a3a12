/**
 * Fetches what the transparency log has grown by, replays it, and believes it only when the pinned key has signed the
 * head, nothing went back, and the head's root is the replay's own (protocol/README 11, "Transparency"; R37). Asked
 * outside the lock.
 */

import { type Base64, fromBase64 } from '../contract/bytes.ts';
import { say, sentence, t } from '../contract/words.ts';
import { isProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import { fingerprint } from '../protocol/identity.ts';
import { LogReplay } from '../protocol/log-replay.ts';
import { decodeLogHead, logLeafHash, verifyLogHead } from '../protocol/transparency.ts';
import type { Context } from './context.ts';
import { type Evidence, isSettled, keepEvidence } from './log-evidence.ts';
import { dropLeaves, readHead, type VerifiedHead, writeLeaves } from './log-store.ts';
import type { Operation } from './operation.ts';
import { TransportFailed } from './ports.ts';
import { LOG_KEY } from './self.ts';
import { NOTICES } from './sentences.ts';
import { Single } from './single.ts';

/** Leaves that a client takes at all: three thousand people who change their devices every month for fifteen years. */
const MOST_LEAVES = 500_000;
/** Rounds of asking while other tabs write the same. */
const ROUNDS = 4;
/** Store `log`: the person goes on after the server showed another log; the next one that verifies is taken from its start. */
export const RESTART = 'restart';

/** A server that hides something would say the same: nothing is sent until the person goes on. */
const RESTORED = sentence(
  'The server says that it was restored from a backup, and shows less than it has shown this device before. Nothing is sent until you go on: ask whoever runs it whether that is so, then look at the evidence in Settings.',
);

/** What asking brought: `refused` when the server showed something that cannot be; it is kept as evidence. */
export type LogOutcome = 'same' | 'grown' | 'refused';

/** One at a time for each engine; what was asked meanwhile shares the next. */
const updates = new WeakMap<Context, Single<LogOutcome>>();

/** Brings the log up to date, as it stands after this call. Throws TransportFailed or TransportRefused. */
export function updateLog(ctx: Context): Promise<LogOutcome> {
  const known = updates.get(ctx) ?? new Single(() => update(ctx));
  updates.set(ctx, known);
  return known.run();
}

async function update(ctx: Context): Promise<LogOutcome> {
  for (let round = 0; round < ROUNDS; round++) {
    await ctx.log.load(ctx.storage);
    const outcome = await tryUpdate(ctx);
    if (outcome !== 'again') return outcome;
  }
  return 'same';
}

interface Shown {
  readonly signed: Uint8Array;
  /** Without signatures, from the place that was asked for. */
  readonly leaves: readonly Uint8Array[];
  /** When the server was restored from a backup, as it says; epoch milliseconds. */
  readonly restored: number | null;
}

async function tryUpdate(ctx: Context): Promise<LogOutcome | 'again'> {
  const { head: before, log } = ctx.log;
  const restarts = (await ctx.storage.get('log', RESTART)) !== null;
  const from = restarts || before === null ? 0 : before.size;
  const key = await pinnedKey(ctx);
  const shown = await fetchLeaves(ctx, from);
  if (!restarts && before !== null && equalBytes(shown.signed, before.signed)) return 'same';
  const found = await verify(
    ctx,
    key,
    shown,
    before,
    restarts || before === null ? new LogReplay() : log.copy(),
  );
  if ('kind' in found) return refuse(ctx, found);
  const { replay, head } = found;
  const grew = await ctx.operate(async (op) => {
    const stored = await readHead(op);
    // Another tab was quicker, or has begun anew.
    if (!isSameHead(stored, before) || ((await op.get('log', RESTART)) !== null) !== restarts) return 'again';
    if (restarts) await dropLeaves(op);
    op.remove('log', RESTART);
    await writeLeaves(op, from, shown.leaves, head);
    op.touched.log = true;
    return before !== null && before.size === head.size ? 'same' : 'grown';
  });
  if (grew === 'again') return grew;
  ctx.log.take(replay, head);
  await watchOwn(ctx, shown.leaves, replay);
  if (grew === 'grown') ctx.wakes.inbox(0);
  return grew;
}

const isSameHead = (a: VerifiedHead | null, b: VerifiedHead | null): boolean =>
  a === null || b === null ? a === b : a.size === b.size && equalBytes(a.root, b.root);

/** The log's key that was pinned when this device joined. A device from before the log pins the first one that it is shown. */
async function pinnedKey(ctx: Context): Promise<Uint8Array> {
  const pinned = await ctx.storage.get('meta', LOG_KEY);
  if (pinned !== null) return pinned;
  const logKey = await ctx.transport.logKey();
  return ctx.operate(async (op) => {
    const known = await op.get('meta', LOG_KEY);
    if (known !== null) return known;
    const shown = readable(logKey);
    op.writeBytes('meta', LOG_KEY, shown);
    return shown;
  });
}

async function fetchLeaves(ctx: Context, from: number): Promise<Shown> {
  const leaves: Uint8Array[] = [];
  for (;;) {
    const page = await ctx.transport.log(from + leaves.length);
    for (const leaf of page.leaves) leaves.push(readable(leaf));
    if (from + leaves.length > MOST_LEAVES)
      throw new TransportFailed(t('The server’s log of identities is larger than this device takes.'));
    if (!page.more || page.leaves.length === 0)
      return { signed: readable(page.head), leaves, restored: page.restored };
  }
}

/** What is no base64url was garbled on the way. */
function readable(text: Base64): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new TransportFailed(t('The server’s log of identities cannot be read.'), { cause });
  }
}

type Verified = { readonly replay: LogReplay; readonly head: VerifiedHead };

async function verify(
  ctx: Context,
  key: Uint8Array,
  { signed, leaves, restored }: Shown,
  before: VerifiedHead | null,
  /** What the leaves are to continue. */
  replay: LogReplay,
): Promise<Verified | Evidence> {
  const refuse = (kind: Evidence['kind'], more: Partial<Evidence> = {}): Evidence => ({
    kind,
    at: ctx.now(),
    own: before?.signed ?? null,
    ...claimed(signed),
    shown: signed,
    leaf: null,
    claim: null,
    seen: null,
    ...more,
  });
  // What it says of itself changes the words alone.
  const wasRestored = restored !== null && before !== null && before.time <= restored;
  let head: VerifiedHead;
  try {
    head = { ...(await verifyLogHead(ctx.crypto, signed, key)), signed };
  } catch (error) {
    if (isProtocolError(error)) return refuse('signature');
    throw error;
  }
  if (head.size < replay.size) return refuse(wasRestored ? 'restored' : 'rollback');
  for (const leaf of leaves) {
    try {
      replay.append(leaf);
    } catch (error) {
      if (!isProtocolError(error)) throw error;
      return refuse(wasRestored ? 'restored' : 'leaf', { leaf, size: replay.size, root: logLeafHash(leaf) });
    }
  }
  if (replay.size !== head.size || !equalBytes(replay.root(), head.root))
    return refuse(wasRestored ? 'restored' : 'fork');
  return { replay, head };
}

/** What the head says of itself, if it is one. */
function claimed(signed: Uint8Array): Pick<Evidence, 'size' | 'root'> {
  try {
    return decodeLogHead(signed);
  } catch {
    return { size: 0, root: new Uint8Array(32) };
  }
}

/** Keeps what the server showed, once, and says so. */
async function refuse(ctx: Context, evidence: Evidence): Promise<'refused'> {
  await ctx.operate(async (op) => {
    if (await isSettled(op, evidence)) return;
    await keepAndTell(op, evidence, noticeOf(evidence));
  });
  return 'refused';
}

function noticeOf({ kind }: Evidence): string {
  if (kind === 'restored') return say(RESTORED);
  return kind === 'account' ? NOTICES.ownIdentity : NOTICES.splitServer;
}

/** Keeps evidence and says so, in the same commit; what is known already is not told again. */
export async function keepAndTell(op: Operation, evidence: Evidence, message: string): Promise<void> {
  if (await keepEvidence(op, evidence)) op.events.push({ type: 'notice', code: 'E_KT', message });
}

/** New leaves of one's own account: another identity there is nobody's doing but the server's. */
async function watchOwn(ctx: Context, leaves: readonly Uint8Array[], replay: LogReplay): Promise<void> {
  const own = replay.account(ctx.self.accountBytes);
  if (own === null || own.index < replay.size - leaves.length) return;
  if (equalBytes(own.leaf.identity, fingerprint(ctx.self.aik))) {
    ctx.wakes.directory([ctx.self.account]);
    return;
  }
  const { head } = ctx.log;
  await refuse(ctx, {
    kind: 'account',
    at: ctx.now(),
    own: head?.signed ?? null,
    size: own.index,
    root: own.hash,
    shown: head?.signed ?? null,
    leaf: leaves[own.index - (replay.size - leaves.length)] ?? null,
    claim: null,
    seen: null,
  });
}
