/** What a test reads of a client: its conversations as they are drawn. */
import type { ConversationId } from '../../contract/ids.ts';
import type { ConversationView, HistoryMessage } from '../engine-types.ts';
import type { Client } from './world.ts';

/** Everything that stands in a conversation, oldest first. */
export const messagesOf = ({ engine }: Client, id: ConversationId): Promise<readonly HistoryMessage[]> =>
  engine.messages(id, { limit: 1000 });

const linesOf = async (client: Client, id: ConversationId, kind: HistoryMessage['kind']) =>
  (await messagesOf(client, id)).filter((message) => message.kind === kind).map(({ text }) => text);

/** The texts of its messages. */
export const textsIn = (client: Client, id: ConversationId) => linesOf(client, id, 'text');
/** The lines about members and names. */
export const noticesIn = (client: Client, id: ConversationId) => linesOf(client, id, 'notice');

/** The conversation as it is drawn; null for one that the client does not know. */
export async function seen({ engine }: Client, id: ConversationId): Promise<ConversationView | null> {
  return (await engine.conversations()).find((each) => each.id === id) ?? null;
}

/** What the client told of under this code. */
export const toldOf = ({ events }: Client, code: string): readonly string[] =>
  events.flatMap((event) => (event.type === 'notice' && event.code === code ? [event.message] : []));
