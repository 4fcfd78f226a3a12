/**
 * The messages of one conversation, in the order of history, grouped by day and author. Drawn from what this device
 * holds, never from what the server sends; the view stays at the end when it was there, and does not jump otherwise.
 */
import type { Engine, EngineEvent, HistoryMessage } from '../client/engine-types.ts';
import { type BodyId, type ConversationId, isAccountId, isConversationId } from '../contract/ids.ts';
import { authorOf } from './people.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { announce, engine, onEvent } from './session.ts';
import { drawDay, drawNewLine, isContinued, needsDay } from './timeline-groups.ts';
import { cloneRow, fillRow } from './timeline-row.ts';

/** Messages drawn at once: two screens of short ones. */
const PAGE = 50;

/** Fills a `#timeline`, until it leaves the document. */
export function openTimeline(log: HTMLElement): void {
  const conversation = log.dataset.conversation ?? '';
  if (isConversationId(conversation)) void new Timeline(log, conversation).open();
}

class Timeline {
  readonly #log: HTMLElement;
  readonly #conversation: ConversationId;
  readonly #scroll: ScrollKeeper;
  readonly #rows = new Map<BodyId, HTMLElement>();
  readonly #messages = new WeakMap<Element, HistoryMessage>();
  /** Drawing waits for names; one message at a time keeps them in order. */
  #drawing: Promise<void> = Promise.resolve();
  #complete = false;
  #newLine: HTMLElement | null = null;

  constructor(log: HTMLElement, conversation: ConversationId) {
    this.#log = log;
    this.#conversation = conversation;
    this.#scroll = new ScrollKeeper(log, () => this.#older());
  }

  async open(): Promise<void> {
    this.#log.replaceChildren();
    this.#log.setAttribute('aria-busy', 'true');
    const stop = onEvent((event) => {
      if (this.#log.isConnected) this.#hear(event);
      else stop();
    });
    document.addEventListener('visibilitychange', () => void this.#read());
    const client = await engine;
    const unread = await this.#enter(client);
    await this.#load(client);
    this.#markNew(unread);
    this.#log.setAttribute('aria-busy', 'false');
    this.#log.dataset.filled = '';
    this.#scroll.toEnd();
    await this.#read();
  }

  /**
   * Messages that were unread when it was opened. A conversation that the server drew first is made known to this
   * device, and to the elements that wait for it; one that cannot be reached yet has none.
   */
  async #enter(client: Engine): Promise<number> {
    const peer = this.#log.dataset.peer ?? '';
    const known = await client.conversations();
    const view = known.find(({ id }) => id === this.#conversation);
    if (view) return view.unread;
    try {
      if (isAccountId(peer)) announce({ type: 'conversation', conversation: await client.direct(peer) });
    } catch (error) {
      console.info(error);
    }
    return 0;
  }

  #hear(event: EngineEvent): void {
    if (event.type === 'peer') void this.#redraw();
    if (event.type !== 'message' && event.type !== 'updated') return;
    const { message } = event;
    if (message.conversation !== this.#conversation) return;
    const draw = async () => {
      if (event.type === 'message' && message.mine) this.#removeNewLine();
      const fresh = !this.#rows.has(message.previousId ?? message.id);
      await this.#draw([message]);
      if (fresh && message.mine) this.#scroll.toEnd();
      if (fresh && !message.mine && document.visibilityState === 'hidden') this.#markNew(1);
      await this.#read();
    };
    this.#drawing = this.#drawing.then(draw).catch((error) => console.error(error));
  }

  async #load(client: Engine): Promise<void> {
    const [first] = this.#articles();
    const before = first && this.#messages.get(first)?.order;
    const page = await client.messages(this.#conversation, {
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    this.#complete = page.length < PAGE;
    await this.#draw(page);
  }

  async #older(): Promise<void> {
    if (this.#complete || this.#log.getAttribute('aria-busy') === 'true') return;
    this.#log.setAttribute('aria-busy', 'true');
    await this.#load(await engine);
    this.#log.setAttribute('aria-busy', 'false');
  }

  async #draw(messages: readonly HistoryMessage[]): Promise<void> {
    const drawn = await Promise.all(
      messages.map(async (message) => ({ message, author: await authorOf(message) })),
    );
    this.#scroll.keep(() => {
      for (const { message, author } of drawn) {
        const row = this.#rowFor(message);
        fillRow(row, message, author);
        this.#place(row, message);
      }
    });
  }

  #rowFor({ id, previousId }: HistoryMessage): HTMLElement {
    const row = this.#rows.get(id) ?? (previousId && this.#rows.get(previousId)) ?? cloneRow();
    if (previousId) this.#rows.delete(previousId);
    this.#rows.set(id, row);
    return row;
  }

  /** Puts a row where its order says, and mends the groups around it. */
  #place(row: HTMLElement, message: HistoryMessage): void {
    const placed = this.#messages.get(row);
    this.#messages.set(row, message);
    if (placed?.order === message.order && row.isConnected) return;
    const after = this.#articles().findLast(
      (other) => other !== row && (this.#messages.get(other)?.order ?? '') < message.order,
    );
    if (after) after.after(row);
    else this.#log.prepend(row);
    this.#group(row);
    const next = this.#neighbour(row, 'nextElementSibling');
    if (next) this.#group(next);
  }

  #group(row: HTMLElement): void {
    const message = this.#messages.get(row);
    if (!message) return;
    const before = this.#neighbour(row, 'previousElementSibling');
    const previous = before ? (this.#messages.get(before) ?? null) : null;
    for (let line = row.previousElementSibling; line && line !== before; line = row.previousElementSibling) {
      if (line === this.#newLine) break;
      line.remove();
    }
    if (needsDay(previous, message)) row.before(drawDay(message.sentAt));
    const broken = this.#newLine !== null && row.previousElementSibling === this.#newLine;
    row.toggleAttribute('data-continued', !broken && isContinued(previous, message));
  }

  #neighbour(row: HTMLElement, side: 'previousElementSibling' | 'nextElementSibling'): HTMLElement | null {
    let other = row[side];
    while (other && !this.#messages.has(other)) other = other[side];
    return other instanceof HTMLElement ? other : null;
  }

  #articles(): HTMLElement[] {
    return [...this.#log.querySelectorAll<HTMLElement>(':scope > article')];
  }

  /** The line before the oldest of the last `unread` messages of others. */
  #markNew(unread: number): void {
    if (unread === 0 || this.#newLine) return;
    const others = this.#articles().filter((row) => this.#messages.get(row)?.mine === false);
    const first = others.at(-unread) ?? others[0];
    if (!first) return;
    this.#newLine = drawNewLine();
    first.before(this.#newLine);
    first.removeAttribute('data-continued');
  }

  #removeNewLine(): void {
    const next = this.#newLine?.nextElementSibling;
    this.#newLine?.remove();
    this.#newLine = null;
    if (next instanceof HTMLElement) this.#group(next);
  }

  async #redraw(): Promise<void> {
    const messages = this.#articles().flatMap((row) => this.#messages.get(row) ?? []);
    await this.#draw(messages);
  }

  /** What stands in view at the end is read. */
  async #read(): Promise<void> {
    if (document.visibilityState !== 'visible' || !this.#log.isConnected || !this.#scroll.atEnd) return;
    await (await engine).markRead(this.#conversation);
  }
}
