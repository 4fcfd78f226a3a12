/** The field of emojis: groups of rows of eight, walked with the arrow keys; one cell at a time takes the focus. */
import { draw } from '../draw.ts';
import type { Emoji } from './table.ts';
import { type Tone, tone } from './tone.ts';

const COLUMNS = 8;
/** Rows that a page key goes. */
const PAGE = 5;
/** Height of a row and of the line above a group, in pixels: a group that was not drawn yet keeps its room. */
const ROW_HIGH = 40;
const HEADING_HIGH = 29;

export interface Section {
  readonly name: string;
  readonly emojis: readonly Emoji[];
}

export class Grid {
  readonly element = draw('div', { role: 'grid' });
  #cells: HTMLButtonElement[] = [];
  #rows: HTMLButtonElement[][] = [];
  readonly #emojis = new WeakMap<Element, Emoji>();
  readonly #up: () => void;

  /** @param up is called when the first row is left upwards */
  constructor(
    label: string,
    {
      pick,
      look,
      up,
    }: { pick: (emoji: Emoji, more: boolean) => void; look: (emoji: Emoji) => void; up: () => void },
  ) {
    this.#up = up;
    this.element.setAttribute('aria-label', label);
    const emojiOf = (event: Event) =>
      event.target instanceof Element ? this.#emojis.get(event.target) : undefined;
    this.element.addEventListener('click', (event) => {
      const emoji = emojiOf(event);
      if (emoji) pick(emoji, event.shiftKey);
    });
    for (const type of ['focusin', 'mouseover'])
      this.element.addEventListener(type, (event) => {
        const emoji = emojiOf(event);
        if (emoji) look(emoji);
      });
    this.element.addEventListener('keydown', (event) => this.#keyed(event));
  }

  /** Draws these sections from the start, hands and people in the tone. */
  show(sections: readonly Section[], skin: Tone): void {
    this.#cells = [];
    this.#rows = [];
    this.element.replaceChildren(...sections.map((section) => this.#section(section, skin)));
    this.element.scrollTop = 0;
    this.#mark(this.#cells[0]);
  }

  /** The first emoji that is drawn. */
  get first(): Emoji | null {
    const [cell] = this.#cells;
    return (cell && this.#emojis.get(cell)) ?? null;
  }

  focus(): void {
    this.#cells.find((cell) => cell.tabIndex === 0)?.focus();
  }

  #section({ name, emojis }: Section, skin: Tone): HTMLElement {
    const group = draw('div', { role: 'rowgroup', 'aria-label': name });
    for (let at = 0; at < emojis.length; at += COLUMNS) {
      const row = emojis.slice(at, at + COLUMNS).map((emoji) => this.#cell(emoji, skin));
      this.#rows.push(row);
      group.append(draw('div', { role: 'row' }, ...row));
    }
    const high = Math.ceil(emojis.length / COLUMNS) * ROW_HIGH + HEADING_HIGH;
    group.style.setProperty('--rows-high', `${high}px`);
    return group;
  }

  #cell(emoji: Emoji, skin: Tone): HTMLButtonElement {
    const shown = emoji.hasTones ? tone(emoji.emoji, skin) : emoji.emoji;
    const cell = draw(
      'button',
      { type: 'button', role: 'gridcell', tabindex: '-1', 'aria-label': emoji.name },
      shown,
    );
    this.#emojis.set(cell, emoji);
    this.#cells.push(cell);
    return cell;
  }

  #mark(cell: HTMLButtonElement | undefined): void {
    for (const other of this.#cells) if (other.tabIndex === 0) other.tabIndex = -1;
    if (cell) cell.tabIndex = 0;
  }

  #keyed(event: KeyboardEvent): void {
    const cell = event.target;
    if (!(cell instanceof HTMLButtonElement)) return;
    const index = this.#cells.indexOf(cell);
    const row = this.#rows.findIndex((cells) => cells.includes(cell));
    const column = this.#rows[row]?.indexOf(cell) ?? 0;
    if (index < 0) return;
    const target = this.#targetOf(event.key, { row, column, index });
    if (target === null) return;
    event.preventDefault();
    if (target === undefined) {
      if (event.key === 'ArrowUp') this.#up();
      return;
    }
    this.#mark(target);
    target.focus();
  }

  /** The cell that a key leads to; undefined beyond the edge, null for a key that leads nowhere. */
  #targetOf(
    key: string,
    { row, column, index }: { row: number; column: number; index: number },
  ): HTMLButtonElement | undefined | null {
    const at = (other: number) => {
      const cells = this.#rows[other];
      return cells?.[Math.min(column, cells.length - 1)];
    };
    const last = this.#rows.length - 1;
    switch (key) {
      case 'ArrowRight':
        return this.#cells[index + 1];
      case 'ArrowLeft':
        return this.#cells[index - 1];
      case 'ArrowDown':
        return at(row + 1);
      case 'ArrowUp':
        return at(row - 1);
      case 'PageDown':
        return at(Math.min(row + PAGE, last));
      case 'PageUp':
        return at(Math.max(row - PAGE, 0));
      case 'Home':
        return this.#rows[row]?.[0];
      case 'End':
        return this.#rows[row]?.at(-1);
      default:
        return null;
    }
  }
}
