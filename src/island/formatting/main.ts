/** The part of the island that formats what is being written, loaded with the first key or click that asks for it. */
import { insertText } from '../insert-text.ts';
import { type Format, format } from './wrap.ts';

export { toggleFormattingHelp } from './help.ts';

/** Formats what is selected in the box; it can be undone. */
export function applyFormat(box: HTMLTextAreaElement, kind: Format): void {
  const selected = { text: box.value, from: box.selectionStart, to: box.selectionEnd };
  const { from, to, text, start, end } = format(selected, kind);
  insertText(box, text, from, to);
  box.setSelectionRange(start, end);
}
