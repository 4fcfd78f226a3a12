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
import { watchUploads } from '../uploads.ts';
import { watchActions } from './actions.ts';
import { Announcer } from './announcer.ts';
import { Jump } from './jump.ts';
import { watchKeys } from './keys.ts';
import { type OpenTimeline, setShown, takeTarget } from './open-at.ts';
import { firstUnread } from './unread.ts';
import { View } from './view.ts';

const TICK_MS = 30_000;

/** Fills a `#timeline`, until it leaves the document. */
export function openTimeline(log: HTMLElement): void {
  const conversation = log.dataset.conversation ?? '';
  if (isConversationId(conversation)) void new Timeline(log, conversation).open();
}

class Timeline implements OpenTimeline {
  readonly conversation: ConversationId;
  readonly #log: HTMLElement;
  readonly #view: View;
  readonly #jump: Jump;
  readonly #announcer: Announcer;
  /** Messages that the engine has as unread here. */
  #unread = 0;
  #opened = false;
  #restoring = false;
  #today = new Date().toDateString();

  constructor(log: HTMLElement, conversation: ConversationId) {
    this.#log = log;
    this.conversation = conversation;
    this.#view = new View(log, conversation, () => this.#moved());
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
    await Promise.all([this.#enter(client), meetPeople()]);
    await this.#view.next(async () => {
      if (target && (await this.#view.show(client, await client.message(target))))
        this.#view.highlight(target);
      else await this.#view.begin(client, await firstUnread(client, this.conversation, this.#unread));
    });
    this.#log.setAttribute('aria-busy', 'false');
    this.#opened = true;
    watchKeys(this.#log, this.#view.rows, { newest: () => this.#toEnd() });
    watchActions(this.#log, this.#view.rows, client, (id) => this.goTo(id));
    this.#view.look();
    watchUploads(this.#log, this.conversation);
    await this.#read();
  }

  async goTo(id: BodyId): Promise<boolean> {
    const message = await (await engine).message(id);
    if (message?.conversation !== this.conversation) return false;
    await this.#view.next(async (client) => {
      if (!this.#view.has(message.id)) await this.#view.show(client, message);
      this.#view.highlight(message.id);
    });
    return true;
  }

  async goToTime(at: number): Promise<void> {
    const client = await engine;
    const [first] = await client.messages(this.conversation, { after: orderAt(at), limit: 1 });
    if (!first) return this.#toEnd();
    await this.#view.next(async () => {
      await this.#view.show(client, first);
      this.#view.toTop(first.id);
    });
  }

  #listen(): void {
    const ended = new AbortController();
    const { signal } = ended;
    const clock = setInterval(() => this.#tick(), TICK_MS);
    const stop = onEvent((event) => {
      if (this.#log.isConnected) return this.#hear(event);
      stop();
      clearInterval(clock);
      ended.abort();
    });
    document.addEventListener('visibilitychange', () => void this.#read(), { signal });
    const followAddress = () => {
      const id = location.hash.slice(1);
      if (this.#log.isConnected && isBodyId(id)) void this.goTo(id);
    };
    addEventListener('hashchange', followAddress, { signal });
  }

  /**
   * Learns how many messages are unread. A conversation that the server drew first is made known to this device, and to
   * the elements that wait for it; one that cannot be reached yet has none.
   */
  async #enter(client: Engine): Promise<void> {
    const peer = this.#log.dataset.peer ?? '';
    const known = await client.conversations();
    const view = known.find(({ id }) => id === this.conversation);
    this.#unread = view?.unread ?? 0;
    if (view || !isAccountId(peer)) return;
    try {
      announce({ type: 'conversation', conversation: await client.direct(peer) });
    } catch (error) {
      console.info(error);
    }
  }

  #hear(event: EngineEvent): void {
    if (event.type === 'peer') void this.#view.next((client) => this.#view.redraw(client));
    else if (event.type === 'conversation') {
      if (event.conversation.id === this.conversation) this.#count(event.conversation.unread);
    } else if (event.type === 'removed' || event.type === 'restored') {
      if (event.conversation !== this.conversation) return;
      if (event.type === 'restored') this.#restore();
      else void this.#view.next(() => this.#view.remove(event.id));
    } else if (event.type === 'message' || event.type === 'updated') {
      const { message, type } = event;
      if (message.conversation !== this.conversation) return;
      void this.#view.next((client) => this.#take(client, message, type === 'message'));
    }
  }

  /** Told page by page: read anew once for all that came meanwhile. */
  #restore(): void {
    if (this.#restoring) return;
    this.#restoring = true;
    void this.#view.next((client) => {
      this.#restoring = false;
      return this.#view.restore(client);
    });
  }

  async #take(client: Engine, message: HistoryMessage, isNew: boolean): Promise<void> {
    const fresh = isNew && !this.#view.has(message.previousId ?? message.id);
    if (fresh && message.mine) this.#view.firstNew = null;
    else if (fresh && document.visibilityState === 'hidden') this.#view.firstNew ??= message.id;
    const { drawn } = await this.#view.take(client, message);
    if (!fresh) return;
    if (message.mine) await this.#view.toEnd(client);
    else if (drawn) this.#announcer.say(drawn);
    if (!this.#view.atEnd) this.#jump.count();
    this.#moved();
  }

  #toEnd(): Promise<void> {
    return this.#view.next(async (client) => {
      await this.#view.toEnd(client);
      this.#moved();
    });
  }

  #moved(): void {
    this.#jump.show(!this.#view.atEnd && !this.#view.isEmpty);
    void this.#read();
  }

  #tick(): void {
    const today = new Date().toDateString();
    this.#view.tick(today !== this.#today);
    this.#today = today;
  }

  /** Unread ones are marked once they are drawn, and in view. */
  #count(unread: number): void {
    this.#unread = unread;
    if (unread > 0) void this.#view.next(() => this.#read());
  }

  /** What stands in view at the end is read. */
  async #read(): Promise<void> {
    if (document.visibilityState !== 'visible' || !this.#log.isConnected || !this.#view.atEnd) return;
    if (this.#unread === 0 || !this.#opened) return;
    this.#unread = 0;
    await (await engine).markRead(this.conversation);
  }
}
