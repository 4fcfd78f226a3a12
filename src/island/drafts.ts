/** Unsent text, kept sealed with everything else, so that a closed tab or an update loses nothing. */
import type { Storage } from '../client/ports.ts';
import type { ConversationId } from '../contract/ids.ts';

/** How long typing must pause before it is written, in milliseconds. */
const PAUSE_MS = 300;
const opened = Promise.withResolvers<Storage>();
const waiting = new Map<ConversationId, { text: string; timer: ReturnType<typeof setTimeout> }>();

/** Gives drafts the place where they are kept, once. */
export function keepDraftsIn(storage: Storage): void {
  opened.resolve(storage);
  addEventListener('pagehide', () => {
    for (const [conversation, { timer }] of waiting) {
      clearTimeout(timer);
      void store(conversation);
    }
  });
}

/** The draft of a conversation, empty when there is none. */
export async function readDraft(conversation: ConversationId): Promise<string> {
  const bytes = await (await opened.promise).get('meta', keyOf(conversation));
  return bytes ? new TextDecoder().decode(bytes) : '';
}

/** Keeps the draft after a pause; empty text forgets it. */
export function writeDraft(conversation: ConversationId, text: string): void {
  clearTimeout(waiting.get(conversation)?.timer);
  const timer = setTimeout(() => void store(conversation), text === '' ? 0 : PAUSE_MS);
  waiting.set(conversation, { text, timer });
}

async function store(conversation: ConversationId): Promise<void> {
  const draft = waiting.get(conversation);
  if (!draft) return;
  waiting.delete(conversation);
  const value = draft.text === '' ? null : new TextEncoder().encode(draft.text);
  await (await opened.promise).commit([{ store: 'meta', key: keyOf(conversation), value }]);
}

const keyOf = (conversation: ConversationId): string => `draft/${conversation}`;
