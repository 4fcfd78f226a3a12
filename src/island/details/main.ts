/** The panel of a conversation: pinned messages, what answers a message, a date to go to, and its settings. */
import type { ConversationView } from '../../client/engine-types.ts';
import { type ConversationId, isConversationId } from '../../contract/ids.ts';
import { engine, onEvent } from '../session.ts';
import { watchDate } from './date.ts';
import { drawPinned } from './pinned.ts';
import { Settings } from './settings.ts';
import { watchThreads } from './thread.ts';

/** Keeps `[data-conversation-details=ID]` true until it leaves the document. */
export async function openDetails(place: HTMLElement): Promise<void> {
  const id = place.dataset.conversationDetails ?? '';
  if (!isConversationId(id)) return;
  const client = await engine;
  const settings = new Settings(place, client);
  const pinned = place.querySelector<HTMLElement>('[data-pinned-messages]');
  const fill = (view: ConversationView) => settings.show(view);
  const list = () => pinned && drawPinned(pinned, client, id);
  const stop = onEvent((event) => {
    if (!place.isConnected) return stop();
    if (event.type === 'conversation' && event.conversation.id === id) fill(event.conversation);
    if (event.type === 'updated' && event.message.conversation === id) void list();
    if (event.type === 'removed' && event.conversation === id) void list();
  });
  watchDate(place, id);
  watchThreads(place, client, id, stopped(place));
  const view = await find(id);
  if (view) fill(view);
  await list();
}

/** Ends when the panel has left the document. */
function stopped(place: HTMLElement): () => boolean {
  return () => !place.isConnected;
}

async function find(id: ConversationId): Promise<ConversationView | undefined> {
  return (await (await engine).conversations()).find((view) => view.id === id);
}
