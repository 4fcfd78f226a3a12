/** What the gallery draws a composer with: the island's own, over nothing. */
export { attachCompletion } from '../../../src/island/completion/main.ts';
export { ComposerBox } from '../../../src/island/composer-box.ts';
export { STYLE } from '../../../src/island/composer-style.ts';
export { openEmojiPicker } from '../../../src/island/emoji/main.ts';
export { toggleFormattingHelp } from '../../../src/island/formatting/main.ts';
export { keepIn } from '../../../src/island/kept.ts';
