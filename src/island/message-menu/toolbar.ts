/** The buttons beside a message: a few emojis, all emojis, answer, more. They move to the row that is pointed at. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import { QUICK_REACTIONS } from '../../client/messages/types.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';

/** Emojis that stand there without a click. */
const QUICK = 3;

export interface ToolbarActions {
  readonly react: (row: HTMLElement, emoji: string) => void;
  readonly pick: (row: HTMLElement, anchor: HTMLElement) => void;
  readonly reply: (row: HTMLElement) => void;
  readonly more: (row: HTMLElement, anchor: HTMLElement) => void;
}

export class Toolbar {
  readonly #bar: HTMLElement;
  readonly #forText: readonly HTMLElement[];
  #row: HTMLElement | null = null;

  constructor(actions: ToolbarActions) {
    const button = (
      label: string,
      content: Node | string,
      act: (row: HTMLElement, self: HTMLElement) => void,
    ) => {
      const made = draw('button', { type: 'button', 'aria-label': label, title: label }, content);
      made.addEventListener('click', () => {
        if (this.#row) act(this.#row, made);
      });
      return made;
    };
    const quick = QUICK_REACTIONS.slice(0, QUICK).map((emoji) =>
      button(t('React with {emoji}', { emoji }), emoji, (row) => actions.react(row, emoji)),
    );
    this.#forText = [
      ...quick,
      button(t('React'), icon('smile'), actions.pick),
      button(t('Reply'), icon('reply'), actions.reply),
    ];
    const more = button(t('More'), icon('more'), actions.more);
    more.setAttribute('aria-haspopup', 'menu');
    const label = { role: 'group', 'aria-label': t('Message actions') };
    this.#bar = draw('div', { class: 'message-tools', ...label }, ...this.#forText, more);
  }

  show(row: HTMLElement, { kind }: HistoryMessage): void {
    // Where somebody works with keys, the buttons stay.
    if (this.#row === row || this.#bar.querySelector(':focus-visible')) return;
    this.#bar.remove();
    this.#row = kind === 'notice' ? null : row;
    for (const button of this.#forText) button.hidden = kind !== 'text';
    this.#row?.append(this.#bar);
  }
}

const icon = (name: string): HTMLElement =>
  draw('span', { class: `icon icon-${name}`, 'aria-hidden': 'true' });
