/** Where reading goes on: the oldest message that was not read yet. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { ConversationId } from '../../contract/ids.ts';

const PAGE = 100;
/** More unread ones than this are not looked through: the line "New" then stands before the oldest of these. */
const MOST_UNREAD = 2000;

/** The first of the last `unread` messages of others, or null when there are none. */
export async function firstUnread(
  client: Engine,
  conversation: ConversationId,
  unread: number,
): Promise<HistoryMessage | null> {
  let left = Math.min(unread, MOST_UNREAD);
  let first: HistoryMessage | null = null;
  while (left > 0) {
    const page = await client.messages(conversation, {
      limit: PAGE,
      ...(first === null ? {} : { before: first.order }),
    });
    const others = page.filter(({ mine, kind }) => !mine && kind !== 'notice');
    const oldest = others.at(-left) ?? others[0] ?? null;
    if (oldest) first = oldest;
    left -= others.length;
    if (page.length < PAGE || !oldest) break;
  }
  return first;
}
