/** `<sealed-preview>`: the last message of a conversation, one line, in the list. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { styleSheet } from './styles.ts';

const STYLE = styleSheet(`
  :host { display: block; min-width: 0; }
  span { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
`);
/** More than fits on a line: the rest of a long message is not drawn twice. */
const PREVIEW_LENGTH = 160;

export class SealedPreview extends HTMLElement {
  readonly #line = document.createElement('span');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [STYLE];
    root.append(this.#line);
  }

  /** Draws the message; nothing when there is none yet. */
  show(message: HistoryMessage | null): void {
    this.#line.textContent = message ? lineOf(message) : '';
  }
}

function lineOf({ kind, text, reason, mine }: HistoryMessage): string {
  const words = kind === 'text' ? text : (reason ?? text);
  const line = words.slice(0, PREVIEW_LENGTH).replace(/\s+/g, ' ');
  return mine ? `You: ${line}` : line;
}
