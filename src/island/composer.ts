/**
 * `<sotto-composer>`: where messages are written. It is drawn here and not by the server, in a shadow root, so that no
 * markup that the server sends stands near what a person types.
 */

import type { ConversationView } from '../client/engine-types.ts';
import { type ConversationId, isConversationId } from '../contract/ids.ts';
import { MAX_CONTENT_BYTES } from '../contract/limits.ts';
import { STYLE } from './composer-style.ts';
import { readDraft, writeDraft } from './drafts.ts';
import { engine, onEvent } from './session.ts';
import { styleSheet } from './styles.ts';

/** A content has a header of its own; what people write may be this long, in bytes of UTF-8. */
const MAX_TEXT_BYTES = MAX_CONTENT_BYTES - 1024;
const SHEET = styleSheet(STYLE);
/** Why there is no box. */
const UNKNOWN = 'This device does not know this group yet; you can write here as soon as it does.';
const GONE =
  'You are not in this group any more, so you cannot write here; an owner or admin of it can add you again.';

export class Composer extends HTMLElement {
  readonly #text = document.createElement('textarea');
  readonly #send = document.createElement('button');
  readonly #sealedFor = document.createElement('span');
  readonly #problem = document.createElement('p');
  readonly #closed = document.createElement('p');
  readonly #form = this.#draw();
  #sending = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [SHEET];
    this.#closed.className = 'closed';
    this.#closed.hidden = true;
    root.append(this.#form, this.#closed);
  }

  connectedCallback(): void {
    void this.#open();
  }

  #draw(): HTMLFormElement {
    const form = document.createElement('form');
    const footer = document.createElement('footer');
    this.#text.rows = 1;
    this.#text.setAttribute('aria-label', 'Message');
    this.#text.enterKeyHint = 'send';
    this.#text.addEventListener('input', () => this.#changed());
    this.#text.addEventListener('keydown', (event) => this.#keyed(event));
    this.#sealedFor.className = 'sealed';
    this.#send.textContent = 'Send';
    this.#problem.setAttribute('role', 'alert');
    this.#problem.hidden = true;
    footer.append(this.#sealedFor, this.#send);
    form.append(this.#text, this.#problem, footer);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    return form;
  }

  get #conversation(): ConversationId | null {
    const id = this.dataset.conversation ?? '';
    return isConversationId(id) ? id : null;
  }

  async #open(): Promise<void> {
    const conversation = this.#conversation;
    if (!conversation) return;
    const draft = await readDraft(conversation);
    if (this.#text.value === '' && draft !== '') {
      this.#text.value = draft;
      this.#grow();
    }
    const stop = onEvent((event) => {
      if (!this.isConnected) stop();
      else if (event.type === 'progress' && event.conversation === conversation)
        this.#sealedFor.textContent = `Reaching ${event.done} of ${event.total} devices for the first time…`;
      else if (event.type === 'conversation' && event.conversation.id === conversation)
        void this.#count(event.conversation);
    });
    const known = await (await engine).conversations();
    const view = known.find(({ id }) => id === conversation);
    if (view) await this.#count(view);
    else if (!this.parentElement?.querySelector('#timeline[data-peer]')) this.#close(UNKNOWN);
  }

  /** "Sealed for 2 people, 3 devices", from the lists that this device has verified. */
  async #count(view: ConversationView): Promise<void> {
    const readers = await (await engine).readers(view.id);
    const name = view.peer?.name ?? view.name;
    this.#text.placeholder = name ? `Message ${name}` : 'Message';
    this.#close(view.writable ? '' : GONE);
    const people = readers.length;
    const devices = readers.reduce((sum, reader) => sum + reader.devices.length, 0);
    const words = `${people} ${people === 1 ? 'person' : 'people'}, ${devices} ${devices === 1 ? 'device' : 'devices'}`;
    this.#sealedFor.textContent = `Sealed for ${words}`;
    fillCounts(people, devices);
  }

  /** Takes the box away and says why; gives it back when there is nothing to say. */
  #close(why: string): void {
    this.#form.hidden = why !== '';
    this.#closed.hidden = why === '';
    this.#closed.textContent = why;
  }

  #keyed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.#submit();
  }

  #changed(): void {
    this.#grow();
    this.#complain('');
    const conversation = this.#conversation;
    if (conversation) writeDraft(conversation, this.#text.value);
  }

  #grow(): void {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  #complain(sentence: string): void {
    this.#problem.textContent = sentence;
    this.#problem.hidden = sentence === '';
  }

  /** Empties the box once the message is in the outbox, on the disk; the network may come later. */
  async #submit(): Promise<void> {
    const conversation = this.#conversation;
    const text = this.#text.value.trim();
    if (!conversation || text === '' || this.#sending) return;
    if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES)
      return this.#complain('This message is longer than 63 KiB. Send it in two parts.');
    this.#sending = true;
    try {
      const written = this.#text.value;
      await (await engine).send(conversation, text);
      if (this.#text.value === written) this.#text.value = '';
      this.#changed();
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : 'The message could not be kept. Try again.');
    } finally {
      this.#sending = false;
      this.#text.focus();
    }
  }
}

function fillCounts(people: number, devices: number): void {
  for (const [selector, count] of [
    ['[data-people-count]', people],
    ['[data-device-count]', devices],
  ] as const)
    for (const place of document.querySelectorAll(selector)) place.textContent = String(count);
}
