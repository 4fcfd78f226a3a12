/** Opening a conversation at one of its messages: from a link, a quotation, a search. The server never hears which one. */
import { type BodyId, type ConversationId, isBodyId } from '../../contract/ids.ts';
import { engine } from '../session.ts';

/** The timeline that is open, as far as others may move it. */
export interface OpenTimeline {
  readonly conversation: ConversationId;
  /** False when the message is not here. */
  goTo(id: BodyId): Promise<boolean>;
  /** To the first message of this time or later; epoch milliseconds. */
  goToTime(at: number): Promise<void>;
}

let shown: OpenTimeline | null = null;
let waiting: { readonly conversation: ConversationId; readonly id: BodyId } | null = null;

/** Says which timeline is on the page. */
export function setShown(timeline: OpenTimeline): void {
  shown = timeline;
}

/** The timeline of this conversation, when it is the one on the page. */
export const shownTimeline = (conversation: string): OpenTimeline | null =>
  shown?.conversation === conversation ? shown : null;

/** Where a conversation that has just been opened is to begin: once, by `openAt` or by the address. */
export function takeTarget(conversation: ConversationId): BodyId | null {
  const target = waiting?.conversation === conversation ? waiting.id : null;
  waiting = null;
  const named = location.hash.slice(1);
  return target ?? (location.pathname === `/c/${conversation}` && isBodyId(named) ? named : null);
}

/** Opens the conversation with this message in view. False when the message is not on this device. */
export async function openAt(conversation: ConversationId, id: BodyId): Promise<boolean> {
  const here = shownTimeline(conversation);
  if (here && location.pathname === `/c/${conversation}`) return here.goTo(id);
  if ((await (await engine).message(id)) === null) return false;
  waiting = { conversation, id };
  const row = document.querySelector<HTMLElement>(`nav a[data-conversation="${conversation}"]`);
  if (row) row.click();
  else location.assign(`/c/${conversation}#${id}`);
  return true;
}
