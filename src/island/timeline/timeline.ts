/**
 * The messages of one conversation, in the order of history, grouped by day and author. Drawn from what this device
 * holds, never from what the server sends; only a window of it is drawn, which follows the reader. The view stays at the
 * end when it was there, and does not move otherwise.
 */
import type { Engine, EngineEvent, HistoryMessage } from '../../client/engine-types.ts';
import { orderAt } from '../../client/history.ts';
import {
  type BodyId,
  type ConversationId,
  isAccountId,
  isBodyId,
  isConversationId,
} from '../../contract/ids.ts';
import { meetPeople } from '../people.ts';
import { announce, engine, onEvent } from '../session.ts';
import { watchActions } from './actions.ts';
import { Announcer } from './announcer.ts';
import { type Drawn, lookUp } from './drawn.ts';
import { Jump } from './jump.ts';
import { watchKeys } from './keys.ts';
import { type OpenTimeline, setShown, takeTarget } from './open-at.ts';
import { fillTimer } from './row.ts';
import { Rows } from './rows.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import { firstUnread } from './unread.ts';
import { MAX_ROWS, MessageWindow } from './window.ts';

/** Messages drawn at first: two screens of short ones. */
const FIRST_PAGE = 50;
/** Messages that come at once while one scrolls: few enough for a frame. */
const PAGE = 15;
/** Messages before one that is gone to. */
const BEFORE = 25;
/** Where something that is gone to stands, as a share of the height. */
const UPPER_THIRD = 0.3;
const TIMER_MS = 30_000;

/** Fills a `#timeline`, until it leaves the document. */
export function openTimeline(log: HTMLElement): void {
  const conversation = log.dataset.conversation ?? '';
  if (isConversationId(conversation)) void new Timeline(log, conversation).open();
}

class Timeline implements OpenTimeline {
  readonly conversation: ConversationId;
  readonly #log: HTMLElement;
  readonly #rows: Rows;
  readonly #scroll: ScrollKeeper;
  readonly #jump: Jump;
  readonly #announcer: Announcer;
  readonly #window = new MessageWindow();
  /** Drawing waits for names and storage; one change at a time keeps them in order. */
  #drawing: Promise<void> = Promise.resolve();
  #paging = false;
  #restoring = false;
  #firstNew: BodyId | null = null;

  constructor(log: HTMLElement, conversation: ConversationId) {
    this.#log = log;
    this.conversation = conversation;
    this.#rows = new Rows(log);
    this.#scroll = new ScrollKeeper(log, {
      ends: () => this.#window.ends,
      older: () => this.#page('older'),
      newer: () => this.#page('newer'),
      moved: () => this.#moved(),
    });
    this.#jump = new Jump(log, () => void this.#toEnd());
    this.#announcer = new Announcer(log);
  }

  async open(): Promise<void> {
    this.#log.replaceChildren();
    this.#log.setAttribute('aria-busy', 'true');
    setShown(this);
    const target = takeTarget(this.conversation);
    this.#listen();
    const client = await engine;
    const [unread] = await Promise.all([this.#enter(client), meetPeople()]);
    await this.#next(async () => {
      if (target && (await this.#show(client, await client.message(target)))) this.#highlight(target);
      else await this.#begin(client, unread);
    });
    this.#log.setAttribute('aria-busy', 'false');
    this.#log.dataset.filled = '';
    watchKeys(this.#log, this.#rows, { newest: () => this.#toEnd() });
    watchActions(this.#log, this.#rows, client, (id) => this.goTo(id));
    this.#scroll.look();
    await this.#read();
  }

  async goTo(id: BodyId): Promise<boolean> {
    const client = await engine;
    const message = await client.message(id);
    if (message === null || message.conversation !== this.conversation) return false;
    await this.#next(async () => {
      if (!this.#window.find(message.id)) await this.#show(client, message);
      this.#highlight(message.id);
    });
    return true;
  }

  async goToTime(at: number): Promise<void> {
    const client = await engine;
    const [first] = await client.messages(this.conversation, { after: orderAt(at), limit: 1 });
    if (!first) return this.#toEnd();
    await this.#next(async () => {
      await this.#show(client, first);
      const row = this.#rows.rowOf(first.id);
      const above = row?.previousElementSibling;
      if (row) this.#scroll.toElement(above?.localName === 'p' ? above : row, 0);
      row?.focus({ preventScroll: true });
    });
  }

  /** Runs one change after the other. */
  #next(change: () => Promise<void>): Promise<void> {
    this.#drawing = this.#drawing.then(change).catch((error) => console.error(error));
    return this.#drawing;
  }

  #listen(): void {
    const ended = new AbortController();
    const { signal } = ended;
    const stop = onEvent((event) => {
      if (this.#log.isConnected) return this.#hear(event);
      stop();
      clearInterval(clock);
      ended.abort();
    });
    const clock = setInterval(() => this.#tick(), TIMER_MS);
    document.addEventListener('visibilitychange', () => void this.#read(), { signal });
    const followAddress = () => {
      const id = location.hash.slice(1);
      if (this.#log.isConnected && isBodyId(id)) void this.goTo(id);
    };
    addEventListener('hashchange', followAddress, { signal });
  }

  /**
   * Messages that were unread when it was opened. A conversation that the server drew first is made known to this
   * device, and to the elements that wait for it; one that cannot be reached yet has none.
   */
  async #enter(client: Engine): Promise<number> {
    const peer = this.#log.dataset.peer ?? '';
    const known = await client.conversations();
    const view = known.find(({ id }) => id === this.conversation);
    if (view) return view.unread;
    try {
      if (isAccountId(peer)) announce({ type: 'conversation', conversation: await client.direct(peer) });
    } catch (error) {
      console.info(error);
    }
    return 0;
  }

  /** At the end, or where reading goes on when more is new than can be seen. */
  async #begin(client: Engine, unread: number): Promise<void> {
    const first = await firstUnread(client, this.conversation, unread);
    this.#firstNew = first?.id ?? null;
    const newest = await client.messages(this.conversation, { limit: FIRST_PAGE });
    if (first && !newest.some(({ id }) => id === first.id)) await this.#show(client, first);
    else {
      this.#window.reset(newest, newest.length < FIRST_PAGE, true);
      await this.#draw(client, newest);
    }
    if (this.#window.ends) this.#scroll.toEnd();
    const line = this.#rows.newLine;
    if (line && line.getBoundingClientRect().top < this.#log.getBoundingClientRect().top)
      this.#scroll.toElement(line, UPPER_THIRD);
  }

  /** Draws the part of history around a message. False for none. */
  async #show(client: Engine, message: HistoryMessage | null): Promise<boolean> {
    if (message === null || message.conversation !== this.conversation) return false;
    const [before, after] = await Promise.all([
      client.messages(this.conversation, { before: message.order, limit: BEFORE }),
      client.messages(this.conversation, { after: message.order, limit: FIRST_PAGE }),
    ]);
    const page = [...before, message, ...after];
    this.#window.reset(page, before.length < BEFORE, after.length < FIRST_PAGE);
    await this.#draw(client, page);
    return true;
  }

  #highlight(id: BodyId): void {
    const row = this.#rows.rowOf(id);
    if (!row) return;
    this.#scroll.toElement(row, UPPER_THIRD);
    row.focus({ preventScroll: true });
    row.dataset.found = '';
    const end = () => delete row.dataset.found;
    row.addEventListener('animationend', end, { once: true });
    row.addEventListener('blur', end, { once: true });
  }

  #hear(event: EngineEvent): void {
    if (event.type === 'peer')
      void this.#next(async () => {
        await this.#draw(await engine, this.#window.messages);
      });
    if (event.type === 'removed' && event.conversation === this.conversation)
      void this.#next(async () => {
        this.#window.remove(event.id);
        this.#scroll.keep(() => this.#arrange());
      });
    if (event.type === 'restored' && event.conversation === this.conversation) this.#restored();
    if (event.type !== 'message' && event.type !== 'updated') return;
    if (event.message.conversation !== this.conversation) return;
    void this.#next(() => this.#take(event.message, event.type === 'message'));
  }

  /** Older messages came from elsewhere, perhaps between those that are drawn: what is in view is read anew, once. */
  #restored(): void {
    if (this.#restoring) return;
    this.#restoring = true;
    void this.#next(async () => {
      this.#restoring = false;
      const client = await engine;
      const { first } = this.#window;
      if (!first) return this.#begin(client, 0);
      const rest = await client.messages(this.conversation, { after: first.order, limit: MAX_ROWS - 1 });
      const page = [first, ...rest];
      this.#window.reset(page, false, rest.length < MAX_ROWS - 1);
      await this.#draw(client, page);
      this.#scroll.look();
    });
  }

  async #take(message: HistoryMessage, isNew: boolean): Promise<void> {
    const client = await engine;
    const fresh = isNew && !this.#window.find(message.previousId ?? message.id);
    if (fresh && message.mine) this.#firstNew = null;
    else if (fresh && document.visibilityState === 'hidden') this.#firstNew ??= message.id;
    const taken = this.#window.take(message, !this.#scroll.atEnd);
    const answers = this.#window.messages.filter(({ replyTo }) => replyTo === message.id);
    const drawn = await this.#draw(client, taken === 'drawn' ? [message, ...answers] : answers);
    if (!fresh) return;
    if (message.mine) return this.#endNow(client);
    const [first] = drawn;
    if (first && taken === 'drawn') this.#announcer.say(first);
    if (!this.#scroll.atEnd) this.#jump.count();
    this.#moved();
    await this.#read();
  }

  async #draw(client: Engine, messages: readonly HistoryMessage[]): Promise<readonly Drawn[]> {
    const drawn = await Promise.all(messages.map((message) => lookUp(client, message)));
    const focused = this.#log.contains(document.activeElement);
    this.#scroll.keep(() => {
      this.#rows.fill(drawn);
      this.#arrange();
    });
    // A row that had the focus is out of the window: the keys go on from the log.
    if (focused && !this.#log.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
    return drawn;
  }

  #arrange(): void {
    this.#rows.arrange(this.#window.messages, this.#firstNew);
  }

  /** Gets the next page at an edge, unless one is on its way or there is none. */
  #page(side: 'older' | 'newer'): void {
    const { first, last, begins, ends } = this.#window;
    const edge = side === 'older' ? first : last;
    if (this.#paging || !edge || (side === 'older' ? begins : ends)) return;
    this.#paging = true;
    void this.#next(async () => {
      const client = await engine;
      const now = side === 'older' ? this.#window.first : this.#window.last;
      if (!now) return;
      const place = side === 'older' ? { before: now.order } : { after: now.order };
      const page = await client.messages(this.conversation, { ...place, limit: PAGE });
      const complete = page.length < PAGE;
      if (side === 'older') this.#window.addOlder(page, complete);
      else this.#window.addNewer(page, complete);
      await this.#draw(client, page);
    }).finally(() => {
      this.#paging = false;
      this.#scroll.look();
    });
  }

  #toEnd(): Promise<void> {
    return this.#next(async () => this.#endNow(await engine));
  }

  async #endNow(client: Engine): Promise<void> {
    if (!this.#window.ends) {
      const newest = await client.messages(this.conversation, { limit: FIRST_PAGE });
      this.#window.reset(newest, newest.length < FIRST_PAGE, true);
      await this.#draw(client, newest);
    }
    this.#scroll.toEnd();
    this.#moved();
    await this.#read();
  }

  #moved(): void {
    this.#jump.show(!this.#scroll.atEnd && this.#window.last !== undefined);
    if (this.#scroll.atEnd) void this.#read();
  }

  #tick(): void {
    for (const row of this.#rows.all) {
      const message = this.#rows.messageOf(row);
      if (message?.expiresAt) fillTimer(row, message);
    }
  }

  /** What stands in view at the end is read. */
  async #read(): Promise<void> {
    if (document.visibilityState !== 'visible' || !this.#log.isConnected || !this.#scroll.atEnd) return;
    if (this.#log.dataset.filled !== undefined) await (await engine).markRead(this.conversation);
  }
}
