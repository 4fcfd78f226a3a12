/**
 * Marks whose message is not here yet, or stays closed: they wait for it. Store `history`: `q/TARGET/ACCOUNT/DEVICE/SEQ` is the mark;
 * `qa/ACCOUNT/SLOT` names it, so that of each person the latest few hundred wait and no more; `qn/ACCOUNT` counts.
 */
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../../contract/ids.ts';
import { addressKey } from '../address.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findMessage } from '../history.ts';
import { type Operation, readRecord, sortable } from '../operation.ts';
import { bytes, decodeStored, flag, nullable, number, oneOf, record, text, word } from '../stored.ts';
import { applyMark, type Mark, type Saying } from './apply.ts';

/** Marks of one person that wait, at most; the oldest goes. */
export const MAX_WAITING_PER_PERSON = 500;

const Waiting = record({
  target: word(isBodyId),
  conversation: word(isConversationId),
  account: word(isAccountId),
  device: word(isDeviceId),
  sentAt: number,
  seq: number,
  id: word(isBodyId),
  kind: oneOf('edit', 'delete', 'reaction', 'pin'),
  /** New words, or an emoji. */
  text,
  on: flag,
  /** Of an edit: header, content, signature. */
  original: nullable(record({ header: bytes, content: bytes, signature: bytes })),
});

/** Keeps a mark until its target is here. */
export async function keepMark(op: Operation, mark: Mark): Promise<void> {
  const { target, conversation, account, id, stamp, saying } = mark;
  const key = `q/${target}/${addressKey({ account, device: stamp.device })}/${sortable(stamp.seq)}`;
  const count = (await readRecord(op, 'history', `qn/${account}`, number)) ?? 0;
  const slot = `qa/${account}/${count % MAX_WAITING_PER_PERSON}`;
  const oldest = await readRecord(op, 'history', slot, text);
  if (oldest !== null) op.remove('history', oldest);
  op.write('history', `qn/${account}`, number, count + 1);
  op.write('history', slot, text, key);
  op.write('history', key, Waiting, {
    target,
    conversation,
    account,
    ...stamp,
    id,
    kind: saying.kind,
    text: saying.kind === 'edit' ? saying.text : saying.kind === 'reaction' ? saying.emoji : '',
    on: 'on' in saying ? saying.on : true,
    original: saying.kind === 'edit' ? saying.original : null,
  });
}

/** Applies what has waited for a message that has come. Call it after the message was added. */
export async function releaseMarks(
  op: Operation,
  ctx: Context,
  { id }: Pick<HistoryMessage, 'id'>,
): Promise<void> {
  for (const [key, value] of await op.list('history', { prefix: `q/${id}/` })) {
    op.remove('history', key);
    const waiting = decodeStored(Waiting, value);
    const message = await findMessage(op, id);
    if (message !== null) await applyMark(op, ctx, message, markOf(waiting));
  }
}

function markOf(waiting: ReturnType<typeof Waiting.read>): Mark {
  const { target, conversation, account, device, sentAt, seq, id } = waiting;
  return { target, conversation, account, id, stamp: { sentAt, device, seq }, saying: sayingOf(waiting) };
}

function sayingOf({ kind, text, on, original }: ReturnType<typeof Waiting.read>): Saying {
  if (kind === 'edit') return { kind, text, original };
  if (kind === 'reaction') return { kind, emoji: text, on };
  return kind === 'pin' ? { kind, on } : { kind };
}
