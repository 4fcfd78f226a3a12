/** What a person does with messages and conversations beside writing. */
import type { Context } from '../context.ts';
import type { ConversationActions, MessageActions } from './types.ts';

const missing = async (): Promise<never> => {
  throw new Error('This cannot be done here yet.');
};

export function messageActions(_ctx: Context): MessageActions & ConversationActions {
  return {
    edit: missing,
    deleteMessage: missing,
    react: missing,
    pin: missing,
    pinned: async () => [],
    messageDetails: async () => null,
    setNotify: missing,
    setArchived: missing,
    setTimer: missing,
  };
}
