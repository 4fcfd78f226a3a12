/**
 * Read receipts and read marks (protocol/README 7, R39): to the senders when the person allows it, to one's own devices
 * always. Store `outbox`: `r/ACCOUNT/MESSAGE` waits to be confirmed, `y/CONVERSATION` waits for one's own devices.
 */
import { bodyId, conversationId, fromHex } from '../contract/bytes.ts';
import {
  type AccountId,
  type BodyId,
  type ConversationId,
  isAccountId,
  isBodyId,
  isConversationId,
} from '../contract/ids.ts';
import { type ReceiptPayload, receiptPayload, type SyncPayload } from '../protocol/payload.ts';
import { takeBackupSetting } from './backup/choice.ts';
import type { Context } from './context.ts';
import { clearUnread, readConversation } from './conversations.ts';
import { takeName } from './device-names.ts';
import { queueErrand } from './errands.ts';
import { takeLink } from './files/kept-links.ts';
import { takeDetails } from './groups/own-details.ts';
import { findMessage, readPage, setStatus } from './history.ts';
import { readMarks, writeMarks } from './messages/marks.ts';
import { takeChoice } from './messages/own-choices.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { devicesOf, syncOwnDevices } from './own-sync.ts';
import { takeTyping } from './presence/choices.ts';
import { takeQuiet } from './quiet/quiet.ts';
import type { Target } from './recipients.ts';
import { decodeStored, flag, word } from './stored.ts';

/** A receipt leaves after a random while of at most this. */
const DELAY_MS = 5000;
/** Between two receipts to one person. */
const INTERVAL_MS = 2000;
/** Members of a conversation in which receipts are sent, at most. */
const RECEIPTS_UP_TO = 20;
/** Messages in one receipt. */
const IDS_PER_RECEIPT = 256;

/** Whether senders are told what was read here; true until the person decides otherwise. */
export async function readsAreTold(reads: Reads): Promise<boolean> {
  return (await readRecord(reads, 'meta', 'receipts', flag)) ?? true;
}

/** The choice, as a device that is new gets it; nothing while none was made. */
export async function receiptSettings(reads: Reads): Promise<SyncPayload['settings']> {
  const on = await readRecord(reads, 'meta', 'receipts', flag);
  return on === null ? [] : [{ name: 'receipts', value: Uint8Array.of(on ? 1 : 0), changedAt: 0 }];
}

/** Turns receipts on or off, here and on one's own other devices. */
export async function setReadsTold(op: Operation, ctx: Context, on: boolean): Promise<void> {
  op.write('meta', 'receipts', flag, on);
  const setting = { name: 'receipts', value: Uint8Array.of(on ? 1 : 0), changedAt: ctx.now() };
  await syncOwnDevices(op, ctx, { readMarks: [], settings: [setting] });
}

/** Marks everything in the conversation as read, and plans to tell. */
export async function markConversationRead(op: Operation, ctx: Context, id: ConversationId): Promise<void> {
  const cleared = await clearUnread(op, id, null);
  if (cleared.length === 0) return;
  const members = (await readConversation(op, id))?.members.length ?? 0;
  if (members <= RECEIPTS_UP_TO && (await readsAreTold(op))) {
    for (const { id: message, account } of cleared) {
      op.write('outbox', `r/${account}/${message}`, word(isConversationId), id);
    }
  }
  const [last] = await readPage(op, id, { limit: 1 });
  if (last !== undefined) op.write('outbox', `y/${id}`, word(isBodyId), last.id);
  op.afterwards.push(() => ctx.wakes.receipts(ctx.randomBelow(DELAY_MS)));
}

/** Turns what waits into messages. Gives the milliseconds until the rest may follow, or null. */
export async function sendReceipts(ctx: Context, lastSent: Map<AccountId, number>): Promise<number | null> {
  return ctx.operate(async (op) => {
    const now = ctx.now();
    let next: number | null = null;
    const told = await readsAreTold(op);
    const waiting = new Map<string, { account: AccountId; conversation: ConversationId; ids: BodyId[] }>();
    const served = new Set<AccountId>();
    for (const [key, value] of await op.list('outbox', { prefix: 'r/' })) {
      const [, account = '', id = ''] = key.split('/');
      if (!isAccountId(account) || !isBodyId(id) || !told) {
        op.remove('outbox', key);
        continue;
      }
      const ready = (lastSent.get(account) ?? 0) + INTERVAL_MS;
      const conversation = decodeStored(word(isConversationId), value);
      const group = waiting.get(account) ?? { account, conversation, ids: [] };
      if (ready > now) next = Math.min(next ?? ready, ready);
      else if (group.conversation !== conversation || group.ids.length >= IDS_PER_RECEIPT) {
        next = now + INTERVAL_MS;
      } else {
        group.ids.push(id);
        waiting.set(account, group);
        served.add(account);
        op.remove('outbox', key);
      }
    }
    for (const { account, conversation, ids } of waiting.values()) {
      const payload = receiptPayload.encode({
        conversation: fromHex(conversation),
        bodies: ids.map(fromHex),
        readAt: now,
      });
      await queueErrand(op, ctx, { to: await devicesOf(op, account), kind: 'receipt', payload });
    }
    await sendReadMarks(op, ctx);
    for (const account of served) lastSent.set(account, now);
    return next === null ? null : next - now;
  });
}

async function sendReadMarks(op: Operation, ctx: Context): Promise<void> {
  const readMarks: SyncPayload['readMarks'][number][] = [];
  for (const [key, value] of await op.list('outbox', { prefix: 'y/' })) {
    op.remove('outbox', key);
    const body = fromHex(decodeStored(word(isBodyId), value));
    readMarks.push({ conversation: fromHex(key.slice(2)), body, readAt: ctx.now() });
  }
  if (readMarks.length === 0) return;
  await syncOwnDevices(op, ctx, { readMarks, settings: [] });
}

/** Somebody has read messages of this device: only a member of their conversation can say so. */
export async function takeReceipt(
  op: Operation,
  ctx: Context,
  from: Target,
  receipt: ReceiptPayload,
): Promise<void> {
  const conversation = await readConversation(op, conversationId(receipt.conversation));
  if (conversation === null || from.account === ctx.self.account) return;
  if (!conversation.members.includes(from.account)) return;
  for (const body of receipt.bodies) {
    const message = await findMessage(op, bodyId(body));
    if (message?.mine === true && message.conversation === conversation.id) {
      await setStatus(op, message.id, 'Read');
      await noteReader(op, message.id, from.account, Math.min(receipt.readAt, ctx.now()));
    }
  }
}

/** Who has read it, and when first; members alone are told of, so they are as many as these. */
async function noteReader(op: Operation, id: BodyId, account: AccountId, at: number): Promise<void> {
  const marks = await readMarks(op, id);
  if (marks.readBy.some((each) => each.account === account)) return;
  writeMarks(op, id, { ...marks, readBy: [...marks.readBy, { account, at }] });
}

/** Another of one's own devices has read up to a message. */
export async function takeSync(op: Operation, ctx: Context, sync: SyncPayload): Promise<void> {
  for (const mark of sync.readMarks) {
    const id = conversationId(mark.conversation);
    const upTo = await findMessage(op, bodyId(mark.body));
    if (upTo === null || upTo.conversation !== id) continue;
    const prefix = `u/${id}/`;
    const read: BodyId[] = [];
    for (const [key] of await op.list('conversations', { prefix })) {
      const unread = key.slice(prefix.length);
      if (!isBodyId(unread)) continue;
      const message = await findMessage(op, unread);
      if (message !== null && message.order <= upTo.order) read.push(unread);
    }
    await clearUnread(op, id, read);
  }
  for (const setting of sync.settings) {
    if ((await takeName(op, ctx, setting)) || (await takeDetails(op, ctx, setting))) continue;
    if (await takeChoice(op, ctx, setting)) continue;
    if ((await takeBackupSetting(op, setting)) || (await takeLink(op, ctx, setting))) continue;
    const { name, value, changedAt } = setting;
    if (changedAt > ctx.now() + 24 * 3600_000 || (await takeTyping(op, setting))) continue;
    if (await takeQuiet(op, setting)) continue;
    if (name !== 'receipts') continue;
    op.write('meta', 'receipts', flag, value[0] === 1);
  }
}
