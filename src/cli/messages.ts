/** Messages as `listen` and `history` print them, and the ids by which commands name them. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { type BodyId, isBodyId } from '../contract/ids.ts';
import type { Happening } from './changes.ts';
import { WrongUse } from './failures.ts';
import { type Output, plain, timeOf } from './output.ts';
import { sizeOf } from './progress.ts';

/** Prints one message; `sender` is a username. */
export function printMessage(output: Output, message: HistoryMessage, sender: string): Promise<void> {
  const { id, conversation, sentAt, text, files, verified, mine, status, reason, note } = message;
  const { replyTo, editedAt, reactions, pinned, expiresAt, mention, origin } = message;
  return output.event(
    'message',
    {
      id,
      conversation,
      sender,
      account: message.sender.account,
      device: message.sender.device,
      sentAt,
      kind: kindOf(message),
      text,
      files: files.map(({ id, name, type, size, version }) => ({ id, name, type, size, version })),
      verified,
      mine,
      status,
      reason,
      note,
      replyTo,
      editedAt,
      reactions: reactions.map(({ emoji, people }) => ({ emoji, people })),
      pinned,
      expiresAt,
      mention,
      origin,
    },
    messageLine(message, sender),
  );
}

/** Prints what somebody has done to a message; `who` is a username. */
export function printHappening(
  output: Output,
  message: HistoryMessage,
  happening: Happening,
  who: string,
): Promise<void> {
  const { id, conversation, text, editedAt } = message;
  const { event, account } = happening;
  const said = { id, conversation, sender: who, account };
  const line = (words: string) => `${' '.repeat(timeOf(message.sentAt).length)}  ${plain(`${who} ${words}`)}`;
  if (happening.event === 'reaction') {
    const { emoji, on } = happening;
    const first = plain(text).split('\n')[0] ?? '';
    const words = on ? `reacted ${emoji} to: ${first}` : `took ${emoji} back from: ${first}`;
    return output.event(event, { ...said, emoji, on }, line(words));
  }
  if (event === 'deleted') return output.event(event, said, line('deleted a message.'));
  return output.event(event, { ...said, text, editedAt }, line(`changed a message: ${text}`));
}

/** A text with files is a `file`, whatever is said with them. */
export const kindOf = ({ kind, files }: HistoryMessage): HistoryMessage['kind'] | 'file' =>
  kind === 'text' && files.length > 0 ? 'file' : kind;

function messageLine(message: HistoryMessage, sender: string): string {
  const head = `${timeOf(message.sentAt)}  ${plain(sender)}  `;
  const indent = ' '.repeat(Bun.stringWidth(head));
  return head + plain(wordsOf(message)).replaceAll('\n', `\n${indent}`) + remarkOf(message);
}

/** The text, or why there is none. */
export function wordsOf({ kind, text, reason, files }: HistoryMessage): string {
  if (kind === 'text' && files.length > 0) {
    const names = files.map(({ name, size }) => `[${name}, ${sizeOf(size)}]`);
    return [...(text === '' ? [] : [text]), ...names].join('\n');
  }
  if (kind === 'unknown') return 'This message needs a newer Sotto.';
  return kind === 'unreadable' ? (reason ?? 'This message could not be opened.') : text;
}

function remarkOf(message: HistoryMessage): string {
  const { kind, mine, status, verified, reason, note } = message;
  const { editedAt, expiresAt, pinned, reactions } = message;
  const remarks = [
    ...(mine && status !== null ? [status] : []),
    ...(kind === 'text' && !verified ? ['not verified'] : []),
    ...(kind === 'text' && reason !== null ? [reason] : []),
    ...(note === null ? [] : [note]),
    ...(editedAt === null ? [] : ['edited']),
    ...(pinned ? ['pinned'] : []),
    ...(expiresAt === null ? [] : [`disappears ${timeOf(expiresAt)}`]),
    ...reactions.map(({ emoji, people }) => `${emoji} ${people.length}`),
  ];
  return remarks.length === 0 ? '' : `  (${plain(remarks.join('; '))})`;
}

/** The id of a message, first among what stands after the options. @throws WrongUse */
export function messageIdIn([id = '']: readonly string[]): BodyId {
  return bodyIdOf(id);
}

/** @throws WrongUse */
export function bodyIdOf(id: string): BodyId {
  if (!isBodyId(id)) throw new WrongUse(`A message is named by its 32 hexadecimal digits, not "${id}".`);
  return id;
}
