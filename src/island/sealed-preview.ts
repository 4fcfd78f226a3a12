/** `<sealed-preview>`: the last message of a conversation, one line, in the list. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { t } from '../contract/words.ts';
import { draw } from './draw.ts';
import { fileLine } from './file-words.ts';
import { plainLines } from './markdown/plain.ts';
import { authorOf } from './people.ts';
import { styleSheet } from './styles.ts';

const STYLE = styleSheet(`
  :host { display: block; min-width: 0; }
  span { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  .draft { color: var(--warn); font-weight: 600; }
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

  /**
   * Draws the message, in a group with who wrote it; nothing when there is none yet.
   *
   * @param draft what is written here and not sent, which is shown instead; empty for none
   */
  async show(message: HistoryMessage | null, inGroup: boolean, draft: string): Promise<void> {
    this.#shown = message;
    if (draft !== '')
      return this.#fill(draw('b', { class: 'draft' }, t('Draft')), plainLines(draft).join(' '));
    const author = message ? await authorIn(message, inGroup) : '';
    // A newer one may have come while the name was looked up.
    if (this.#shown !== message) return;
    this.#fill(author === '' ? null : isolated(author), message ? lineOf(message) : '');
  }

  #fill(before: HTMLElement | null, words: string): void {
    const line = isolated(words.slice(0, PREVIEW_LENGTH));
    this.#line.replaceChildren(...(before ? [before, ': ', line] : [line]));
  }
}

/** The first of their names; none where a line speaks for itself, as those about the group do. */
async function authorIn(message: HistoryMessage, inGroup: boolean): Promise<string> {
  if (message.kind === 'notice') return '';
  if (message.mine) return t('You');
  if (!inGroup || message.kind !== 'text') return '';
  const { name } = await authorOf(message);
  return name.trim().split(/\s+/u)[0] ?? '';
}

function lineOf({ kind, text, reason, files }: HistoryMessage): string {
  if (kind === 'text' && text === '') return fileLine(files);
  return kind === 'text' ? plainLines(text).join(' ') : (reason ?? text).replace(/\s+/g, ' ');
}

/** Words that may run from right to left, and do not turn those beside them. */
const isolated = (words: string): HTMLElement => draw('bdi', {}, words);
