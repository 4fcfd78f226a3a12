/** What a conversation is called, as this device knows it. */
import type { ConversationView } from '../client/engine-types.ts';
import { t } from '../contract/words.ts';

/** Whether it is the one with oneself. */
export const isNotes = ({ kind, members }: Pick<ConversationView, 'kind' | 'members'>): boolean =>
  kind === 'direct' && members.length === 1;

/** Null for a group whose name is not known here. */
export const titleOf = (view: ConversationView): string | null =>
  view.peer?.name ?? view.name ?? (isNotes(view) ? t('Notes to self') : null);
