/**
 * History for somebody new in a group, as far as the signed policy of the group allows. Their device asks one member's device
 * after the other, first the one that let them in; whoever is asked looks at the roster, and gives nothing without it.
 */
import { conversationId, fromHex } from '../../contract/bytes.ts';
import type { AccountId, ConversationId } from '../../contract/ids.ts';
import { MAX_PARTS, parcelId } from '../../contract/parcels.ts';
import { equalBytes, hash } from '../../protocol/hash.ts';
import { type AskPayload, askPayload, type ParcelPayload } from '../../protocol/parcel.ts';
import { type Address, addressKey, isSameAddress } from '../address.ts';
import type { Context } from '../context.ts';
import { listConversations, readConversation } from '../conversations.ts';
import { queueErrand } from '../errands.ts';
import { accountsOf, type Chain, historyOf, loadChain, mayLead } from '../groups/chain.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { findDevice, readPeer } from '../peers.ts';
import { isConfirmed } from '../recipients.ts';
import { decodeStored, number, record } from '../stored.ts';
import { Asked, readGiving, readTransfer, writeGiving, writeTaking } from './stored.ts';
import { goOn } from './work.ts';

/** A device that does not answer within this is passed over for the next one. */
const PATIENCE_MS = 2 * 60_000;
/** After everybody was asked in vain. */
const PAUSE_MS = 3600_000;
/** Answers to one device about one conversation in a day. */
const MOST_GIVEN_A_DAY = 3;
const DAY_MS = 24 * 3600_000;

/** Asks wherever something is missing that the policy allows. */
export async function askForHistory(ctx: Context): Promise<void> {
  for (const { id, kind, role, history } of await listConversations(ctx.storage))
    if (kind === 'group' && role !== null && history !== 'none') await askIn(ctx, id);
}

/**
 * Asks the next device, unless there is nothing to ask, or one is still thinking about it. Whoever has the identity with which the
 * group began has everything; whoever started again has nothing from before it was confirmed.
 */
async function askIn(ctx: Context, id: ConversationId): Promise<void> {
  const chain = await loadChain(ctx.storage, ctx, id);
  const epoch = chain?.identitySince(ctx.self.account) ?? 0;
  const own = chain?.member(ctx.self.account) ?? null;
  if (chain === null || epoch === 0 || own === null) return;
  // With another identity than the group has signed for, nobody answers before an admin has confirmed it.
  if (!equalBytes(own.identity, hash(ctx.self.aik))) return;
  const history = historyOf(chain.head.policy);
  if (history === 'none') return;
  const wait = await ctx.operate(async (op) => {
    const known = await readRecord(op, 'meta', `ask/${id}`, Asked);
    const current = known?.epoch === epoch && known.history === history ? known : null;
    if (current?.answered === true) return null;
    const now = ctx.now();
    if (current !== null && now - current.at < PATIENCE_MS) return PATIENCE_MS;
    const candidates = await candidatesOf(op, ctx, chain, epoch);
    const fresh = candidates.find((each) => !current?.tried.includes(addressKey(each)));
    const isRound = fresh === undefined;
    if (isRound && current !== null && now - current.at < PAUSE_MS) return PAUSE_MS;
    const to = fresh ?? candidates[0];
    if (to === undefined) return null;
    const asked = ctx.crypto.random(16);
    const tried = [...(isRound ? [] : (current?.tried ?? [])), addressKey(to)];
    op.write('meta', `ask/${id}`, Asked, {
      id: parcelId(asked),
      to,
      at: now,
      tried,
      epoch,
      history,
      answered: false,
    });
    const payload = askPayload.encode({ id: asked, conversation: fromHex(id) });
    await queueErrand(op, ctx, { to: [to], kind: 'ask', payload });
    return PATIENCE_MS;
  });
  if (wait !== null) ctx.tasks.later(`ask/${id}`, wait, () => askIn(ctx, id));
}

/** The device that let this person in, or confirmed them, then those of admins, then everybody's. */
async function candidatesOf(
  reads: Reads,
  ctx: Context,
  chain: Chain,
  epoch: number,
): Promise<readonly Address[]> {
  const inviter = chain.links[epoch];
  const rank = (account: AccountId) =>
    account === inviter?.account ? 0 : mayLead(chain.member(account)) ? 1 : 2;
  const accounts = accountsOf(chain.head).filter((account) => account !== ctx.self.account);
  const found: Address[] = [];
  for (const account of [...accounts].sort((a, b) => rank(a) - rank(b))) {
    const peer = await readPeer(reads, account);
    if (peer === null || peer.changed !== null) continue;
    const devices = peer.devices.map(({ device }) => ({ account, device }));
    found.push(...devices.filter(({ device }) => device === inviter?.device));
    found.push(...devices.filter(({ device }) => device !== inviter?.device));
  }
  return found;
}

const Given = record({ day: number, times: number });

/**
 * Somebody asks: a member under the identity that is pinned here and that the group has signed for gets what the policy allows
 * now, others no answer [R4].
 */
export async function takeAsk(op: Operation, ctx: Context, from: Address, ask: AskPayload): Promise<void> {
  const id = conversationId(ask.conversation);
  const known = await readConversation(op, id);
  if (known?.kind !== 'group' || known.role === null || known.stopped !== null) return;
  const chain = await loadChain(op, ctx, id);
  const peer = await readPeer(op, from.account);
  if (chain === null || peer === null || findDevice(peer, from.device) === null) return;
  const entry = chain.entryOf(from.account);
  if (entry === null || !isConfirmed(chain, peer, ctx.log.log)) return;
  const history = historyOf(chain.head.policy);
  if (history === 'none') return;
  // The server knows the ids of others: one that is in use is not what this device has made up.
  const parcel = parcelId(ask.id);
  if ((await readGiving(op, parcel)) !== null || (await readTransfer(op, parcel)) !== null) return;
  const day = Math.floor(ctx.now() / DAY_MS);
  const key = `gave/${addressKey(from)}/${id}`;
  const given = await readRecord(op, 'replay', key, Given);
  const times = given?.day === day ? given.times : 0;
  if (times >= MOST_GIVEN_A_DAY) return;
  op.write('replay', key, Given, { day, times: times + 1 });
  writeGiving(op, {
    id: parcel,
    to: from,
    conversation: id,
    since: history === 'all' ? 0 : (chain.links[entry]?.time ?? Number.MAX_SAFE_INTEGER),
    key: ctx.crypto.random(32),
    part: 0,
    before: null,
    messages: 0,
  });
  op.afterwards.push(() => ctx.tasks.run(() => goOn(ctx)));
}

/** A parcel that was asked for, from the device that was asked; false for any other. */
export async function takeAnswer(
  op: Operation,
  ctx: Context,
  from: Address,
  parcel: ParcelPayload,
): Promise<boolean> {
  const id = parcelId(parcel.id);
  for (const [key, value] of await op.list('meta', { prefix: 'ask/' })) {
    const asked = decodeStored(Asked, value);
    const conversation = key.slice('ask/'.length);
    if (asked.id !== id || asked.answered || !isSameAddress(asked.to, from)) continue;
    const known = (await listConversations(op)).find((each) => each.id === conversation);
    if (known === undefined) return true;
    // Somebody who has nothing is no answer: the next one may have more. Nobody has more than a server takes.
    if (parcel.parts === 0 || parcel.parts > MAX_PARTS) return true;
    op.write('meta', key, Asked, { ...asked, answered: true });
    writeTaking(op, {
      id,
      from,
      conversation: known.id,
      key: parcel.key,
      parts: parcel.parts,
      next: 0,
      messages: 0,
      damaged: false,
    });
    op.afterwards.push(() => ctx.tasks.run(() => goOn(ctx)));
    return true;
  }
  return false;
}
