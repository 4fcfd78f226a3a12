/** What stands ready beside the box and is fetched when it is first asked for: emojis, names, formatting. */
import type { Nameable } from './completion/people.ts';
import type { ComposerBox } from './composer-box.ts';
import type { Format } from './formatting/wrap.ts';
import { insertText } from './insert-text.ts';
import { loadCompletion, loadEmoji, loadFormatting } from './part.ts';

/** Something that could be completed ends at the caret; the part itself looks closer. */
const MAY_COMPLETE = /[@:][^\s@:]*:?$/u;
/** No name and no code is longer, in UTF-16 units. */
const LONGEST = 48;

export interface Tools {
  /** Formats what is selected. */
  format(kind: Format): void;
}

/** Gives the buttons of the box their work. `readers` are those who can be named. */
export function openTools(box: ComposerBox, readers: () => Promise<readonly Nameable[]>): Tools {
  const { text, emoji, format } = box;
  // What is not to be had now, without a network, is asked for again with the next key or click.
  const unlessMissing = (error: unknown) => console.info(error);
  let completes = false;

  emoji.addEventListener('click', async () => {
    const { openEmojiPicker } = await loadEmoji();
    openEmojiPicker(emoji, (picked) => insertText(text, picked, text.selectionStart, text.selectionEnd));
  });
  format.addEventListener('click', async () => (await loadFormatting()).toggleFormattingHelp(format));
  text.addEventListener('input', async () => {
    const caret = text.selectionStart;
    if (completes || !MAY_COMPLETE.test(text.value.slice(Math.max(0, caret - LONGEST), caret))) return;
    completes = true;
    try {
      const { attachCompletion } = await loadCompletion();
      attachCompletion(text, text.getRootNode(), readers);
    } catch (error) {
      completes = false;
      unlessMissing(error);
    }
  });
  return {
    format: (kind) => void loadFormatting().then(({ applyFormat }) => applyFormat(text, kind), unlessMissing),
  };
}
