/** Unsent text and what it answers, for each conversation, and who wants to hear of it. */
import { type BodyId, type ConversationId, isBodyId } from '../contract/ids.ts';
import { listKept, readKept, writeKept } from './kept.ts';

export interface Draft {
  readonly text: string;
  /** The message that it answers. */
  readonly replyTo: BodyId | null;
}

type Listener = (conversation: ConversationId, text: string) => void;
const listeners = new Set<Listener>();

/** The draft of a conversation; its text is empty when there is none. */
export async function readDraft(conversation: ConversationId): Promise<Draft> {
  const [text, replyTo] = await Promise.all([
    readKept(textOf(conversation)),
    readKept(targetOf(conversation)),
  ]);
  return { text, replyTo: isBodyId(replyTo) ? replyTo : null };
}

/** Unsent text by conversation. */
export const listDrafts = (): Promise<ReadonlyMap<string, string>> => listKept('draft/');

/** Keeps the draft; one that says nothing and answers nothing is forgotten. */
export function writeDraft(conversation: ConversationId, { text, replyTo }: Draft): void {
  writeKept({ [textOf(conversation)]: text, [targetOf(conversation)]: replyTo ?? '' });
  for (const listener of listeners) listener(conversation, text);
}

/** Calls the listener for every change made in this tab, until the returned function is called. */
export function onDraft(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the storage calls a draft: gone in the commit that keeps its message. */
export const draftNames = (conversation: ConversationId): readonly string[] => [
  textOf(conversation),
  targetOf(conversation),
];

const textOf = (conversation: ConversationId): string => `draft/${conversation}`;
const targetOf = (conversation: ConversationId): string => `draft-answers/${conversation}`;
