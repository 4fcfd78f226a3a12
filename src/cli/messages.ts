/** Messages as `listen` and `history` print them. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { type Output, plain, timeOf } from './output.ts';

/** Prints one message; `sender` is a username. */
export function printMessage(output: Output, message: HistoryMessage, sender: string): Promise<void> {
  const { id, conversation, sentAt, kind, text, verified, mine, status, reason, note } = message;
  return output.event(
    'message',
    {
      id,
      conversation,
      sender,
      account: message.sender.account,
      device: message.sender.device,
      sentAt,
      kind,
      text,
      files: [],
      verified,
      mine,
      status,
      reason,
      note,
    },
    messageLine(message, sender),
  );
}

function messageLine(message: HistoryMessage, sender: string): string {
  const head = `${timeOf(message.sentAt)}  ${plain(sender)}  `;
  const indent = ' '.repeat(Bun.stringWidth(head));
  return head + plain(wordsOf(message)).replaceAll('\n', `\n${indent}`) + remarkOf(message);
}

/** The text, or why there is none. */
export function wordsOf({ kind, text, reason }: HistoryMessage): string {
  if (kind === 'unknown') return 'This message needs a newer Sotto.';
  return kind === 'unreadable' ? (reason ?? 'This message could not be opened.') : text;
}

function remarkOf({ kind, mine, status, verified, reason, note }: HistoryMessage): string {
  const remarks = [
    ...(mine && status !== null ? [status] : []),
    ...(kind === 'text' && !verified ? ['not verified'] : []),
    ...(kind === 'text' && reason !== null ? [reason] : []),
    ...(note === null ? [] : [note]),
  ];
  return remarks.length === 0 ? '' : `  (${plain(remarks.join('; '))})`;
}
