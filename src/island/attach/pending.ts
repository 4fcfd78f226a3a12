/**
 * Messages whose files are on their way, below all others: drawn like one's own, and replaced by the message itself in the same frame
 * in which that is drawn.
 */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { Files, PendingMessage } from '../../client/files/types.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { engine, onEvent } from '../session.ts';
import { PendingRow } from './pending-row.ts';

/** Milliseconds that a message may take from the outbox to the screen; then its files leave all the same. */
const DRAWN_MS = 3000;
/** Closer to the end than this counts as being there, in pixels. */
const NEAR_END = 48;

/** Shows what is on its way in a conversation, until its timeline leaves the document. */
export function openPending(log: HTMLElement, conversation: ConversationId): void {
  const pending = new Pending(log, conversation);
  const stop = onEvent((event) => {
    if (!log.isConnected) return stop();
    if (event.type === 'uploads' && event.conversation === conversation) pending.refresh();
  });
  pending.refresh();
}

class Pending {
  readonly #log: HTMLElement;
  readonly #conversation: ConversationId;
  readonly #rows = new Map<string, PendingRow>();
  readonly #leaving = new Set<string>();
  /** What is said of a file makes its row taller: who was at the end stays there. */
  readonly #grown = new ResizeObserver(() => {
    if (this.#isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  });
  #isAtEnd = false;
  #reading = false;
  #isAskedAgain = false;

  constructor(log: HTMLElement, conversation: ConversationId) {
    this.#log = log;
    this.#conversation = conversation;
    const look = () => {
      this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    };
    log.addEventListener('scroll', look, { passive: true });
    look();
  }

  /** Reads and draws them; what is asked for meanwhile is done once, afterwards. */
  refresh(): void {
    if (this.#reading) {
      this.#isAskedAgain = true;
      return;
    }
    this.#reading = true;
    void this.#read()
      .catch((error) => console.error(error))
      .finally(() => {
        this.#reading = false;
        if (!this.#isAskedAgain) return;
        this.#isAskedAgain = false;
        this.refresh();
      });
  }

  async #read(): Promise<void> {
    const client = await engine;
    const files = await client.files();
    const messages = await files.pending(this.#conversation);
    for (const message of messages) this.#show(files, message, client.self);
    const known = new Set(messages.map(({ id }) => id));
    for (const [id, row] of this.#rows) if (!known.has(id)) this.#leave(files, id, row);
  }

  #show(files: Files, message: PendingMessage, self: Engine['self']): void {
    const known = this.#rows.get(message.id);
    if (known) {
      known.show(message);
      known.follow(known.element.previousElementSibling);
      return;
    }
    const row = new PendingRow(files, message, self);
    this.#rows.set(message.id, row);
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < clientHeight / 2;
    this.#log.append(row.element);
    this.#grown.observe(row.element);
    row.follow(row.element.previousElementSibling);
    this.#log.dataset.filled = '';
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** One that was called off goes at once; one that was said goes when the message stands there. */
  #leave(files: Files, id: string, row: PendingRow): void {
    if (this.#leaving.has(id)) return;
    this.#leaving.add(id);
    const remove = () => {
      this.#rows.delete(id);
      this.#leaving.delete(id);
      row.end();
    };
    files.sent(id).then((message) => {
      if (message === null) remove();
      else whenDrawn(this.#log, message, remove, row);
    }, remove);
  }
}

function whenDrawn(log: HTMLElement, { id }: HistoryMessage, remove: () => void, row: PendingRow): void {
  const find = () => log.querySelector<HTMLElement>(`:scope > article[data-message="${id}"]`);
  const replace = () => {
    const found = find();
    if (row.element.contains(document.activeElement)) found?.focus({ preventScroll: true });
    remove();
  };
  if (find()) {
    replace();
    return;
  }
  const end = () => {
    watching.disconnect();
    clearTimeout(timer);
    replace();
  };
  // Its records come before the next frame.
  const watching = new MutationObserver(() => {
    if (find()) end();
  });
  watching.observe(log, { childList: true });
  const timer = setTimeout(end, DRAWN_MS);
}
