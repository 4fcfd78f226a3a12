/**
 * What of a conversation is drawn, and where the reader is in it: the window, its rows, and the scroll position, changed
 * together and one change after the other, since drawing waits for names and storage.
 */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { engine } from '../session.ts';
import { type Drawn, lookUp } from './drawn.ts';
import { fillTimer } from './row.ts';
import { Rows } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { MAX_ROWS, MessageWindow, type Taken } from './window.ts';

/** Messages drawn at first: two screens of short ones. */
const FIRST_PAGE = 50;
/** Messages that come at once while one scrolls: few enough for a frame. */
const PAGE = 15;
/** Messages before one that is gone to. */
const BEFORE = 25;
/** Where something that is gone to stands, as a share of the height. */
const UPPER_THIRD = 0.3;

export class View {
  readonly rows: Rows;
  /** The message below the line "New". */
  firstNew: BodyId | null = null;
  readonly #log: HTMLElement;
  readonly #conversation: ConversationId;
  readonly #scroll: ScrollKeeper;
  readonly #window = new MessageWindow();
  #changes: Promise<void> = Promise.resolve();
  #paging = false;

  /** @param moved called when the reader is somewhere else */
  constructor(log: HTMLElement, conversation: ConversationId, moved: () => void) {
    this.#log = log;
    this.#conversation = conversation;
    this.rows = new Rows(log);
    this.#scroll = new ScrollKeeper(log, {
      ends: () => this.#window.ends,
      older: () => this.#page('older'),
      newer: () => this.#page('newer'),
      moved,
    });
  }

  get atEnd(): boolean {
    return this.#scroll.atEnd;
  }
  get isEmpty(): boolean {
    return this.#window.last === undefined;
  }
  has = (id: BodyId): boolean => this.#window.find(id) !== undefined;

  /** Runs one change after the other. */
  next(change: (client: Engine) => Promise<unknown>): Promise<void> {
    this.#changes = this.#changes
      .then(async () => {
        await change(await engine);
      })
      .catch((error) => console.error(error));
    return this.#changes;
  }

  /** Looks where the reader is, and gets what is missing there. */
  look(): void {
    this.#scroll.look();
  }

  /** Draws the end, or the line "New" when more is new than can be seen. */
  async begin(client: Engine, unread: HistoryMessage | null): Promise<void> {
    this.firstNew = unread?.id ?? null;
    const newest = await client.messages(this.#conversation, { limit: FIRST_PAGE });
    if (unread && !newest.some(({ id }) => id === unread.id)) await this.show(client, unread);
    else await this.#reset(client, newest, newest.length < FIRST_PAGE, true);
    if (this.#window.ends) this.#scroll.toEnd();
    const line = this.rows.newLine;
    if (line && line.getBoundingClientRect().top < this.#log.getBoundingClientRect().top)
      this.#scroll.toElement(line, UPPER_THIRD);
  }

  /** Draws the part of history around a message. False for one that is not of this conversation. */
  async show(client: Engine, message: HistoryMessage | null): Promise<boolean> {
    if (message?.conversation !== this.#conversation) return false;
    const [before, after] = await Promise.all([
      client.messages(this.#conversation, { before: message.order, limit: BEFORE }),
      client.messages(this.#conversation, { after: message.order, limit: FIRST_PAGE }),
    ]);
    const page = [...before, message, ...after];
    await this.#reset(client, page, before.length < BEFORE, after.length < FIRST_PAGE);
    return true;
  }

  /** Draws the end, and goes there. */
  async toEnd(client: Engine): Promise<void> {
    if (!this.#window.ends) {
      const newest = await client.messages(this.#conversation, { limit: FIRST_PAGE });
      await this.#reset(client, newest, newest.length < FIRST_PAGE, true);
    }
    this.#scroll.toEnd();
  }

  /** Older messages came from elsewhere, perhaps between those that are drawn: these are read anew. */
  async restore(client: Engine): Promise<void> {
    const { first } = this.#window;
    if (!first) return this.begin(client, null);
    const rest = await client.messages(this.#conversation, { after: first.order, limit: MAX_ROWS - 1 });
    await this.#reset(client, [first, ...rest], false, rest.length < MAX_ROWS - 1);
    this.#scroll.look();
  }

  /** Takes a message that is new or has changed, and draws it, and what answers it, where it is in view. */
  async take(client: Engine, message: HistoryMessage): Promise<{ taken: Taken; drawn: Drawn | null }> {
    const taken = this.#window.take(message, !this.atEnd);
    const answers = this.#window.messages.filter(({ replyTo }) => replyTo === message.id);
    const [drawn] = await this.#draw(client, taken === 'drawn' ? [message, ...answers] : answers);
    return { taken, drawn: taken === 'drawn' ? (drawn ?? null) : null };
  }

  async remove(id: BodyId): Promise<void> {
    this.#window.remove(id);
    this.#scroll.keep(() => this.#arrange());
  }

  /** Draws everything anew: somebody has another name. */
  redraw(client: Engine): Promise<unknown> {
    return this.#draw(client, this.#window.messages);
  }

  /** What time changes: how long messages are still there, and at midnight which day is today. */
  tick(isNewDay: boolean): void {
    if (isNewDay) {
      this.rows.forgetDays();
      this.#scroll.keep(() => this.#arrange());
    }
    for (const row of this.rows.all) {
      const message = this.rows.messageOf(row);
      if (message?.expiresAt) fillTimer(row, message);
    }
  }

  /** Brings a message into view and shows for a moment which one it is. */
  highlight(id: BodyId): void {
    const row = this.rows.rowOf(id);
    if (!row) return;
    this.#scroll.toElement(row, UPPER_THIRD);
    row.focus({ preventScroll: true });
    row.dataset.found = '';
    const end = () => delete row.dataset.found;
    row.addEventListener('animationend', end, { once: true });
    row.addEventListener('blur', end, { once: true });
  }

  /** Puts a message, with the line of its day, at the top. */
  toTop(id: BodyId): void {
    const row = this.rows.rowOf(id);
    const above = row?.previousElementSibling;
    if (row) this.#scroll.toElement(above?.localName === 'p' ? above : row, 0);
    row?.focus({ preventScroll: true });
  }

  async #reset(
    client: Engine,
    messages: readonly HistoryMessage[],
    begins: boolean,
    ends: boolean,
  ): Promise<void> {
    this.#window.reset(messages, begins, ends);
    await this.#draw(client, messages);
  }

  async #draw(client: Engine, messages: readonly HistoryMessage[]): Promise<readonly Drawn[]> {
    const drawn = await Promise.all(messages.map((message) => lookUp(client, message)));
    const focused = this.#log.contains(document.activeElement);
    this.#scroll.keep(() => {
      // What stood in for messages leaves as they come, in the same change.
      this.#log.dataset.filled = '';
      this.rows.fill(drawn);
      this.#arrange();
    });
    // A row that had the focus is out of the window: the keys go on from the log.
    if (focused && !this.#log.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
    return drawn;
  }

  #arrange(): void {
    this.rows.arrange(this.#window.messages, this.firstNew);
  }

  /** Gets the next page at an edge, unless one is on its way or there is none. */
  #page(side: 'older' | 'newer'): void {
    const { first, begins, ends } = this.#window;
    if (this.#paging || !first || (side === 'older' ? begins : ends)) return;
    this.#paging = true;
    void this.next(async (client) => {
      const edge = side === 'older' ? this.#window.first : this.#window.last;
      if (!edge) return;
      const place = side === 'older' ? { before: edge.order } : { after: edge.order };
      const page = await client.messages(this.#conversation, { ...place, limit: PAGE });
      if (side === 'older') this.#window.addOlder(page, page.length < PAGE);
      else this.#window.addNewer(page, page.length < PAGE);
      await this.#draw(client, page);
    }).finally(() => {
      this.#paging = false;
      this.#scroll.look();
    });
  }
}
