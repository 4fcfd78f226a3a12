/** What the text in the box is to become: a message, an answer to one, or another text for one's own. Pure. */
import type { HistoryMessage } from '../client/engine-types.ts';
import type { BodyId } from '../contract/ids.ts';

export type Mode =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly message: HistoryMessage }
  /** `kept` is the draft that comes back when the change is done or left. */
  | { readonly kind: 'edit'; readonly message: HistoryMessage; readonly kept: Kept };

/** An unsent text and what it answers. */
export interface Kept {
  readonly text: string;
  readonly replyTo: HistoryMessage | null;
}

export const NEW: Mode = { kind: 'new' };

/** The mode and the text of the box together. */
export interface Writing {
  readonly mode: Mode;
  readonly text: string;
}

/** Answers a message; a text that was begun stays, unless it was another text for an old message. */
export function startReply({ mode, text }: Writing, message: HistoryMessage): Writing {
  return { mode: { kind: 'reply', message }, text: mode.kind === 'edit' ? mode.kept.text : text };
}

/** Changes a message; the draft waits. */
export function startEdit({ mode, text }: Writing, message: HistoryMessage): Writing {
  const kept =
    mode.kind === 'edit' ? mode.kept : { text, replyTo: mode.kind === 'reply' ? mode.message : null };
  return { mode: { kind: 'edit', message, kept }, text: message.text };
}

/** Leaves an answer with its text, or a change with the draft that waited. */
export function leaveMode({ mode, text }: Writing): Writing {
  if (mode.kind !== 'edit') return { mode: NEW, text };
  const { replyTo } = mode.kept;
  return { mode: replyTo ? { kind: 'reply', message: replyTo } : NEW, text: mode.kept.text };
}

/** After news of a message: the same mode over it, or none when it is gone. Null when it does not matter here. */
export function followMessage(
  writing: Writing,
  news: { readonly id: BodyId; readonly message: HistoryMessage | null },
): Writing | null {
  const { mode } = writing;
  if (mode.kind === 'new') return null;
  const { id, message } = news;
  const isSame = (other: BodyId) => other === id || other === message?.previousId;
  const gone = message === null || message.kind === 'deleted';
  if (isSame(mode.message.id)) return gone ? leaveMode(writing) : { ...writing, mode: { ...mode, message } };
  if (mode.kind === 'edit' && mode.kept.replyTo && isSame(mode.kept.replyTo.id))
    return { ...writing, mode: { ...mode, kept: { ...mode.kept, replyTo: gone ? null : message } } };
  return null;
}
