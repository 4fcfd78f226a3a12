/** `<sealed-preview>`: the last message of a conversation, one line, in the list. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { authorOf } from './people.ts';
import { styleSheet } from './styles.ts';

const STYLE = styleSheet(`
  :host { display: block; min-width: 0; }
  span { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
`);
/** More than fits on a line: the rest of a long message is not drawn twice. */
const PREVIEW_LENGTH = 160;

export class SealedPreview extends HTMLElement {
  readonly #line = document.createElement('span');
  #shown: HistoryMessage | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [STYLE];
    root.append(this.#line);
  }

  /** Draws the message, in a group with who wrote it; nothing when there is none yet. */
  async show(message: HistoryMessage | null, inGroup: boolean): Promise<void> {
    this.#shown = message;
    const author = message ? await authorIn(message, inGroup) : '';
    // A newer one may have come while the name was looked up.
    if (this.#shown !== message) return;
    const line = message ? isolated(lineOf(message)) : '';
    this.#line.replaceChildren(...(author === '' ? [line] : [isolated(author), ': ', line]));
  }
}

/** The first of their names; none where a line speaks for itself, as those about the group do. */
async function authorIn(message: HistoryMessage, inGroup: boolean): Promise<string> {
  if (message.kind === 'notice') return '';
  if (message.mine) return 'You';
  if (!inGroup || message.kind !== 'text') return '';
  const { name } = await authorOf(message);
  return name.trim().split(/\s+/u)[0] ?? '';
}

function lineOf({ kind, text, reason }: HistoryMessage): string {
  const words = kind === 'text' ? text : (reason ?? text);
  return words.slice(0, PREVIEW_LENGTH).replace(/\s+/g, ' ');
}

/** Words that may run from right to left, and do not turn those beside them. */
function isolated(words: string): HTMLElement {
  const element = document.createElement('bdi');
  element.textContent = words;
  return element;
}
