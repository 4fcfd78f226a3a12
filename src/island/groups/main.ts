/** The part of the island that makes and changes groups, loaded when somebody opens the dialog or a group's page. */
export { openGroup } from './group.ts';
export { openNewConversation } from './new-conversation.ts';
