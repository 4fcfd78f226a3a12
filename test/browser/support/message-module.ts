/** What the gallery draws messages with: the island's own element, and the buttons beside a message. */

export { drawCards } from '../../../src/island/file-card/main.ts';
export { Toolbar } from '../../../src/island/message-menu/toolbar.ts';
export { SealedMessage } from '../../../src/island/timeline/sealed-message.ts';
