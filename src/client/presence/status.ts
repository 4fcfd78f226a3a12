/**
 * Statuses in the store `meta`: `status/ACCOUNT` is what somebody says of themselves, oneself included; `status-told/ACCOUNT`
 * which of one's own was told there.
 */
import { type AccountId, isAccountId } from '../../contract/ids.ts';
import { UNPRINTABLE } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { STATUS_LIMITS, type StatusPayload, statusPayload } from '../../protocol/status.ts';
import { type Address, addressKey } from '../address.ts';
import type { Context } from '../context.ts';
import { directId, listConversations, readConversation } from '../conversations.ts';
import { displayText } from '../display-text.ts';
import { queueErrand } from '../errands.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { readPeer } from '../peers.ts';
import { sendingSession } from '../sessions.ts';
import { number, type Of, record, text } from '../stored.ts';
import { MAX_STATUS_LENGTH, STATUS_PEOPLE, type StatusView } from './types.ts';

/** A word from further in the future than clocks differ would stand for ever. */
const AHEAD_MS = 24 * 3600_000;

/** The last moment that can be written as a date, epoch milliseconds. */
const LAST_DATE = 8_640_000_000_000_000;

const StoredStatus = record({ emoji: text, text, until: number, changedAt: number });
type StoredStatus = Of<typeof StoredStatus>;
const utf8 = new TextEncoder();

/** What somebody says of themselves now; null for nothing, and for what is over. */
export async function readStatus(reads: Reads, account: AccountId, now: number): Promise<StatusView | null> {
  const stored = await readRecord(reads, 'meta', `status/${account}`, StoredStatus);
  if (stored === null || (stored.emoji === '' && stored.text === '')) return null;
  if (stored.until !== 0 && stored.until <= now) return null;
  return { emoji: stored.emoji, text: stored.text, until: stored.until === 0 ? null : stored.until };
}

/** Says it of oneself, here, on one's own devices and to everybody one writes with. */
export async function sayStatus(op: Operation, ctx: Context, status: StatusView | null): Promise<void> {
  const emoji = status?.emoji ?? '';
  const words = status?.text.trim() ?? '';
  if ([...words].length > MAX_STATUS_LENGTH)
    throw new Error(t('A status has at most {n} characters.', { n: MAX_STATUS_LENGTH }));
  if (UNPRINTABLE.test(words) || utf8.encode(emoji).length > STATUS_LIMITS.emojiBytes)
    throw new Error(t('This status holds characters that cannot be shown: leave them out.'));
  const before = await readRecord(op, 'meta', `status/${ctx.self.account}`, StoredStatus);
  const changedAt = Math.max(ctx.now(), (before?.changedAt ?? 0) + 1);
  const said: StoredStatus = { emoji, text: words, until: status?.until ?? 0, changedAt };
  op.write('meta', `status/${ctx.self.account}`, StoredStatus, said);
  op.events.push({ type: 'status', account: ctx.self.account });
  await tell(op, ctx, [ctx.self.account, ...(await people(op, ctx))], said);
}

/** Tells one's status to those of these people who have not heard it yet. */
export async function tellStatus(op: Operation, ctx: Context, accounts: readonly AccountId[]): Promise<void> {
  const said = await readRecord(op, 'meta', `status/${ctx.self.account}`, StoredStatus);
  if (said === null || (said.until !== 0 && said.until <= ctx.now())) return;
  if (said.emoji === '' && said.text === '') return;
  await tell(op, ctx, accounts.slice(0, STATUS_PEOPLE), said);
}

async function tell(
  op: Operation,
  ctx: Context,
  accounts: readonly AccountId[],
  said: StoredStatus,
): Promise<void> {
  const to: Address[] = [];
  for (const account of new Set(accounts)) {
    const told = await readRecord(op, 'meta', `status-told/${account}`, number);
    if (told !== null && told >= said.changedAt) continue;
    const devices = await reachable(op, ctx, account);
    if (devices.length === 0) continue;
    to.push(...devices);
    op.write('meta', `status-told/${account}`, number, said.changedAt);
  }
  await queueErrand(op, ctx, { to, kind: 'status', payload: statusPayload.encode(said) });
}

/**
 * Devices that a status goes to. It begins sessions with one's own and with partners of a conversation of two; in a large
 * group it would begin hundreds, so there it goes where they are.
 */
async function reachable(op: Operation, ctx: Context, account: AccountId): Promise<readonly Address[]> {
  const peer = await readPeer(op, account);
  if (peer === null || peer.changed !== null) return [];
  const isClose =
    account === ctx.self.account ||
    (await readConversation(op, directId(ctx.self.account, account))) !== null;
  const found = new Map<string, Address>();
  for (const { device } of peer.devices) {
    const address = { account, device };
    if (device === ctx.self.device) continue;
    if (!isClose && (await sendingSession(op, address)) === null) continue;
    found.set(addressKey(address), address);
  }
  return [...found.values()];
}

/** Everybody in the conversations that one is in, the most recent ones first. */
async function people(op: Operation, ctx: Context): Promise<readonly AccountId[]> {
  const found = new Set<AccountId>();
  for (const { kind, role, members } of await listConversations(op)) {
    if (kind === 'group' && role === null) continue;
    for (const member of members) if (member !== ctx.self.account) found.add(member);
  }
  return [...found].slice(0, STATUS_PEOPLE);
}

/** Takes what a peer says of themselves. What is older than what is known changes nothing. */
export async function takeStatus(
  op: Operation,
  ctx: Context,
  account: AccountId,
  said: StatusPayload,
): Promise<void> {
  if (!isAccountId(account) || said.changedAt > ctx.now() + AHEAD_MS) return;
  const known = await readRecord(op, 'meta', `status/${account}`, StoredStatus);
  if (known !== null && known.changedAt >= said.changedAt) return;
  const words = [...displayText(said.text)].slice(0, MAX_STATUS_LENGTH).join('');
  op.write('meta', `status/${account}`, StoredStatus, {
    emoji: displayText(said.emoji),
    text: words,
    until: Math.min(said.until, LAST_DATE),
    changedAt: said.changedAt,
  });
  op.events.push({ type: 'status', account });
}
