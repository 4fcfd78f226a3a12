/** Unsent text, kept sealed with everything else, so that a closed tab or an update loses nothing. */
import type { Storage } from '../client/ports.ts';
import type { ConversationId } from '../contract/ids.ts';

const opened = Promise.withResolvers<Storage>();
/** The newest text of each conversation that is not on the disk yet. */
const waiting = new Map<ConversationId, string>();
let writing = false;

/** Gives drafts the place where they are kept, once. */
export function keepDraftsIn(storage: Storage): void {
  opened.resolve(storage);
}

/** The draft of a conversation, empty when there is none. */
export async function readDraft(conversation: ConversationId): Promise<string> {
  const bytes = await (await opened.promise).get('meta', keyOf(conversation));
  return bytes ? new TextDecoder().decode(bytes) : '';
}

/** Keeps the draft, at once or right after the write that is under way; empty text forgets it. */
export function writeDraft(conversation: ConversationId, text: string): void {
  waiting.set(conversation, text);
  // What cannot be kept now stays in its box, and is tried again with the next key.
  if (!writing) void writeAll().catch(() => {});
}

async function writeAll(): Promise<void> {
  writing = true;
  try {
    const storage = await opened.promise;
    for (let next = [...waiting]; next.length > 0; next = [...waiting]) {
      waiting.clear();
      await storage.commit(
        next.map(([conversation, text]) => ({
          store: 'meta',
          key: keyOf(conversation),
          value: text === '' ? null : new TextEncoder().encode(text),
        })),
      );
    }
  } finally {
    writing = false;
  }
}

const keyOf = (conversation: ConversationId): string => `draft/${conversation}`;
