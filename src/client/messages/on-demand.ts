/** What a person does with messages and conversations; the code comes when somebody does it. */
import type { Context } from '../context.ts';
import { onDemand } from '../on-demand.ts';
import { listPins } from './pins.ts';
import type { ConversationActions, MessageActions } from './types.ts';

export function messageActions(ctx: Context): MessageActions & ConversationActions {
  const actions = () => onDemand(() => import('./actions.ts'));
  const choices = () => onDemand(() => import('./choose.ts'));
  return {
    edit: async (id, text) => (await actions()).edit(ctx, id, text),
    deleteMessage: async (id) => (await actions()).deleteMessage(ctx, id),
    react: async (id, emoji, on) => (await actions()).react(ctx, id, emoji, on),
    pin: async (id, on) => (await actions()).pin(ctx, id, on),
    pinned: (conversation) => listPins(ctx.storage, conversation),
    messageDetails: async (id) => (await onDemand(() => import('./details.ts'))).messageDetails(ctx, id),
    setNotify: async (conversation, notify) => (await choices()).setNotify(ctx, conversation, notify),
    setArchived: async (conversation, archived) => (await choices()).setArchived(ctx, conversation, archived),
    setTimer: async (conversation, seconds) => (await choices()).setTimer(ctx, conversation, seconds),
    setFileDays: async (conversation, days) => (await choices()).setFileDays(ctx, conversation, days),
  };
}
