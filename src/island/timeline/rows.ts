/** The rows of the timeline: what stands in the log, brought in step with what is to be drawn. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import type { BodyId } from '../../contract/ids.ts';
import type { Drawn } from './drawn.ts';
import { drawDay, drawNewLine, isContinued, needsDay } from './groups.ts';
import { cloneRow, fillRow } from './row.ts';

export class Rows {
  readonly #log: HTMLElement;
  readonly #rows = new Map<BodyId, HTMLElement>();
  readonly #messages = new WeakMap<Element, HistoryMessage>();
  /** Lines between days, by the row below them. */
  readonly #days = new Map<HTMLElement, HTMLElement>();
  readonly #newLine = drawNewLine();

  constructor(log: HTMLElement) {
    this.#log = log;
  }

  /** The message that a row, or something in it, shows. */
  messageOf(element: Element): HistoryMessage | null {
    const row = element.closest('article');
    return (row && this.#messages.get(row)) ?? null;
  }

  rowOf(id: BodyId): HTMLElement | null {
    return this.#rows.get(id) ?? null;
  }

  /** The rows that are shown, in order. */
  get all(): readonly HTMLElement[] {
    return [...this.#log.querySelectorAll<HTMLElement>(':scope > article')];
  }

  get newLine(): HTMLElement | null {
    return this.#newLine.isConnected ? this.#newLine : null;
  }

  /** Writes messages into their rows, which are made where there are none. */
  fill(drawn: readonly Drawn[]): void {
    for (const each of drawn) {
      const { message } = each;
      const { id, previousId } = message;
      const row = this.#rows.get(id) ?? (previousId && this.#rows.get(previousId)) ?? cloneRow();
      if (previousId) this.#rows.delete(previousId);
      this.#rows.set(id, row);
      this.#messages.set(row, message);
      fillRow(row, each);
    }
  }

  /**
   * Shows exactly these, all of them filled before. Rows that stay are not moved: a moved one would lose focus and
   * selection.
   *
   * @param firstNew the message below the line "New"
   */
  arrange(messages: readonly HistoryMessage[], firstNew: BodyId | null): void {
    const wanted: HTMLElement[] = [];
    let previous: HistoryMessage | null = null;
    for (const message of messages) {
      const row = this.#rows.get(message.id);
      if (!row) continue;
      if (needsDay(previous, message)) wanted.push(this.#dayAbove(row, message));
      const isNew = message.id === firstNew;
      if (isNew) wanted.push(this.#newLine);
      row.toggleAttribute('data-continued', !isNew && isContinued(previous, message));
      wanted.push(row);
      previous = message;
    }
    this.#place(wanted);
    this.#forget(new Set(wanted));
  }

  /** What was today is yesterday: lines between days are drawn anew with the next arrangement. */
  forgetDays(): void {
    this.#days.clear();
  }

  #dayAbove(row: HTMLElement, { sentAt }: HistoryMessage): HTMLElement {
    const known = this.#days.get(row);
    if (known) return known;
    const line = drawDay(sentAt);
    this.#days.set(row, line);
    return line;
  }

  #place(wanted: readonly HTMLElement[]): void {
    const stays = new Set<Element>(wanted);
    // What is on its way to become a message stands below them all (attach/pending.ts).
    for (const child of [...this.#log.children])
      if (!stays.has(child) && !child.hasAttribute('data-pending')) child.remove();
    let next = this.#log.firstElementChild;
    for (const element of wanted)
      if (element === next) next = next.nextElementSibling;
      else this.#log.insertBefore(element, next);
  }

  #forget(shown: ReadonlySet<Element>): void {
    for (const [id, row] of this.#rows) if (!shown.has(row)) this.#rows.delete(id);
    for (const [row, line] of this.#days) if (!shown.has(line)) this.#days.delete(row);
  }
}
