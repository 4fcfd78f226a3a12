/**
 * The part of a conversation that is drawn: messages that stand next to each other in history, in their order. It knows
 * whether more lies before and after, and has a size that it does not outgrow.
 */
import type { HistoryMessage } from '../../client/engine-types.ts';
import type { BodyId } from '../../contract/ids.ts';

/** Messages drawn at the same time, at most: several screens of short ones. */
export const MAX_ROWS = 150;

/** What became of a message that the engine told of. */
export type Taken = 'drawn' | 'later' | 'elsewhere';

export class MessageWindow {
  #messages: HistoryMessage[] = [];
  /** Nothing lies before the first one. */
  #begins = false;
  /** Nothing lies after the last one. */
  #ends = false;

  get messages(): readonly HistoryMessage[] {
    return this.#messages;
  }
  get begins(): boolean {
    return this.#begins;
  }
  get ends(): boolean {
    return this.#ends;
  }
  get first(): HistoryMessage | undefined {
    return this.#messages[0];
  }
  get last(): HistoryMessage | undefined {
    return this.#messages.at(-1);
  }

  find(id: BodyId): HistoryMessage | undefined {
    return this.#messages.find((each) => each.id === id);
  }

  /** Shows another part. @param messages in their order */
  reset(messages: readonly HistoryMessage[], begins: boolean, ends: boolean): void {
    this.#messages = [...messages];
    this.#begins = begins;
    this.#ends = ends;
  }

  /** Adds a page that comes right before, and forgets as many at the other end as are too many. */
  addOlder(page: readonly HistoryMessage[], begins: boolean): void {
    this.#messages = [...page.filter(({ id }) => !this.find(id)), ...this.#messages];
    this.#begins = begins;
    if (this.#messages.length <= MAX_ROWS) return;
    this.#messages.length = MAX_ROWS;
    this.#ends = false;
  }

  /** Adds a page that comes right after. */
  addNewer(page: readonly HistoryMessage[], ends: boolean): void {
    this.#messages.push(...page.filter(({ id }) => !this.find(id)));
    this.#ends = ends;
    this.#forgetOldest();
  }

  /**
   * Takes a message that is new or has changed: `drawn` in its place; `later` below what is drawn; `elsewhere` above it.
   *
   * @param reading the reader is not at the end: what they see stays when there is no room for more
   */
  take(message: HistoryMessage, reading: boolean): Taken {
    const { id, previousId = id } = message;
    const known = this.#messages.findIndex((each) => each.id === id || each.id === previousId);
    if (known >= 0) this.#messages.splice(known, 1);
    const place = this.#messages.findIndex(({ order }) => order > message.order);
    if (place < 0 && !this.#ends) return 'later';
    if (place === 0 && !this.#begins) return 'elsewhere';
    if (place < 0 && known < 0 && reading && this.#messages.length >= MAX_ROWS) {
      this.#ends = false;
      return 'later';
    }
    this.#messages.splice(place < 0 ? this.#messages.length : place, 0, message);
    if (!reading) this.#forgetOldest();
    return 'drawn';
  }

  remove(id: BodyId): void {
    this.#messages = this.#messages.filter((each) => each.id !== id);
  }

  #forgetOldest(): void {
    const many = this.#messages.length - MAX_ROWS;
    if (many <= 0) return;
    this.#messages.splice(0, many);
    this.#begins = false;
  }
}
