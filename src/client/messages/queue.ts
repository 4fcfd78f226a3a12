/**
 * One's own marks and replies on their way out. They name messages by the id under which the relay accepted them, which one's
 * own message has only once it has left: so the id is looked up when the mark is bound to its place, and not when it is made.
 */
import { bodyId, fromHex } from '../../contract/bytes.ts';
import type { BodyId } from '../../contract/ids.ts';
import { deletePayload, editPayload, pinPayload, reactionPayload } from '../../protocol/marks.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { findMessage, updateMessage } from '../history.ts';
import type { Operation, Reads } from '../operation.ts';
import { addOutgoing, listOutgoing, type Outgoing, removeEntry } from '../outbox.ts';
import { readSaid, sayIt } from '../said.ts';
import type { Mark, Saying } from './apply.ts';
import { readMarks, writeMarks } from './marks.ts';
import { isMark, placeMark } from './take.ts';

/** What a waiting message names. */
interface Named {
  readonly target: Uint8Array;
  /** The payload with another target. */
  readonly renamed: (target: Uint8Array) => Uint8Array;
}

function namedBy({ kind, payload }: Outgoing): Named | null {
  if (kind === 'edit') {
    const said = editPayload.decode(payload);
    return { target: said.target, renamed: (target) => editPayload.encode({ ...said, target }) };
  }
  if (kind === 'delete')
    return {
      target: deletePayload.decode(payload).target,
      renamed: (target) => deletePayload.encode({ target }),
    };
  if (kind === 'reaction') {
    const said = reactionPayload.decode(payload);
    return { target: said.target, renamed: (target) => reactionPayload.encode({ ...said, target }) };
  }
  if (kind === 'pin') {
    const said = pinPayload.decode(payload);
    return { target: said.target, renamed: (target) => pinPayload.encode({ ...said, target }) };
  }
  const said = readSaid(kind, payload);
  if (said === null || said.replyTo === null) return null;
  return { target: said.replyTo, renamed: (replyTo) => sayIt({ ...said, replyTo }).payload };
}

/** The message that a mark in the outbox speaks of; null for what is no mark. */
export function targetOf(entry: Outgoing): BodyId | null {
  if (!isMark(entry.kind)) return null;
  const named = namedBy(entry);
  return named === null ? null : bodyId(named.target);
}

/**
 * The entry as it may be sealed for the first time: what it names has its last id. 'waits' while that is on its way itself, 'void'
 * for new words of a message that was taken back since.
 */
export async function bindTarget(
  op: Operation,
  ctx: Context,
  entry: Outgoing,
): Promise<Outgoing | 'waits' | 'void'> {
  const named = entry.bound === null ? namedBy(entry) : null;
  if (named === null) return entry;
  const target = await findMessage(op, bodyId(named.target));
  if (target === null) return entry;
  if (entry.kind === 'edit' && target.kind === 'deleted') return 'void';
  if (await isOnItsWay(op, ctx, target, entry.n)) return 'waits';
  const isSame = target.id === bodyId(named.target);
  if (isSame) return entry;
  if (!isMark(entry.kind)) await nameReply(op, entry.id, target.id);
  return { ...entry, payload: named.renamed(fromHex(target.id)) };
}

async function isOnItsWay(reads: Reads, ctx: Context, target: HistoryMessage, n: number): Promise<boolean> {
  if (target.sender.device !== ctx.self.device) return false;
  return (await listOutgoing(reads)).some((each) => each.id === target.id && each.n < n);
}

async function nameReply(op: Operation, id: BodyId, replyTo: BodyId): Promise<void> {
  const reply = await findMessage(op, id);
  if (reply !== null) await updateMessage(op, { ...reply, replyTo });
}

/** Puts a mark into the outbox, and applies it here. The message it speaks of is the newest there is. */
export async function queueMark(
  op: Operation,
  ctx: Context,
  message: HistoryMessage,
  saying: Saying,
  after: number,
): Promise<Mark> {
  // Later than what it is about to replace, whoever's clock was ahead.
  const sentAt = Math.max(ctx.now(), after + 1);
  const { id } = await addOutgoing(op, {
    id: ctx.newBodyId(),
    conversation: message.conversation,
    kind: saying.kind,
    payload: encode(fromHex(message.id), saying),
    sentAt,
    bound: null,
    sealed: false,
    refusals: 0,
    held: null,
    left: [],
  });
  const mark: Mark = {
    target: message.id,
    conversation: message.conversation,
    account: ctx.self.account,
    stamp: { sentAt, device: ctx.self.device, seq: 0 },
    id,
    saying,
  };
  await placeMark(op, ctx, mark);
  op.afterwards.push(() => ctx.wakes.flush());
  return mark;
}

function encode(target: Uint8Array, saying: Saying): Uint8Array {
  switch (saying.kind) {
    case 'edit':
      return editPayload.encode({ target, text: saying.text });
    case 'delete':
      return deletePayload.encode({ target });
    case 'reaction':
      return reactionPayload.encode({ target, emoji: saying.emoji, on: saying.on });
    case 'pin':
      return pinPayload.encode({ target, on: saying.on });
  }
}

/** A deletion has another id now: whoever asks for what was deleted gets it by that. */
export async function renameDeletion(op: Operation, entry: Outgoing, id: BodyId): Promise<void> {
  const target = entry.kind === 'delete' ? targetOf(entry) : null;
  const message = target === null ? null : await findMessage(op, target);
  if (message === null) return;
  const marks = await readMarks(op, message.id);
  if (marks.deletion === entry.id) writeMarks(op, message.id, { ...marks, deletion: id });
}

/** Takes the marks of a message that never leaves out of the outbox. */
export async function dropMarksOf(op: Operation, id: BodyId): Promise<void> {
  for (const entry of await listOutgoing(op)) {
    const target = entry.bound === null ? targetOf(entry) : null;
    if (target === id) removeEntry(op, entry.n);
  }
}
