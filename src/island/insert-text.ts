/** Changes the text of a box as typing would: it can be undone, and whoever listens to `input` hears of it. */

/** Replaces what stands from `from` to `to` (UTF-16 units) and leaves the caret behind the new text. */
export function insertText(box: HTMLTextAreaElement, text: string, from: number, to: number): void {
  box.focus();
  box.setSelectionRange(from, to);
  // The one way to change a text that a browser can undo; every browser has it, whatever the standard says of its age.
  if (document.execCommand('insertText', false, text)) return;
  box.setRangeText(text, from, to, 'end');
  box.dispatchEvent(new InputEvent('input', { bubbles: true }));
}
