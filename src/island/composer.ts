/**
 * `<sotto-composer>`: where messages are written. It is drawn here and not by the server, in a shadow root, so that no
 * markup that the server sends stands near what a person types.
 */
import type { ConversationView, Engine, EngineEvent, HistoryMessage } from '../client/engine-types.ts';
import { type ConversationId, isAccountId, isConversationId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { ComposerBox } from './composer-box.ts';
import { Desk } from './composer-desk.ts';
import { countReaders, describeTimer, leftGroup, offline, unknownGroup } from './composer-facts.ts';
import { ComposerFiles } from './composer-files.ts';
import { readKey } from './composer-keys.ts';
import { leaveMode, NEW, startEdit, startReply } from './composer-mode.ts';
import { STYLE } from './composer-style.ts';
import { openTools } from './composer-tools.ts';
import { draftNames, readDraft, writeDraft } from './drafts.ts';
import { enterIsNewline, isTouch } from './enter-key.ts';
import { engine, onEvent } from './session.ts';
import { styleSheet } from './styles.ts';
import { judgeLength } from './text-length.ts';
import { isNotes, titleOf } from './title.ts';
import { createTypingSignal } from './typing-signal.ts';

const SHEET = styleSheet(STYLE);
/** Among so many of the newest messages one's own last one is looked for. */
const LOOKED_BACK = 100;

/** What the timeline asks for, in a `sotto-compose` event on the document. */
export interface ComposeRequest {
  readonly action: 'reply' | 'edit';
  readonly message: HistoryMessage;
}

export class Composer extends HTMLElement {
  readonly #box = new ComposerBox();
  readonly #desk = new Desk(this.#box, (draft) => {
    const conversation = this.#conversation;
    if (conversation) writeDraft(conversation, draft);
  });
  #sealed = '';
  #newlines = isTouch();
  /** This device has the conversation; before that, only the server's page shows it. */
  #isKnown = false;
  /** Settles when nothing is on its way to the disk. */
  #sending: Promise<void> | null = null;
  /** What is on its way there. */
  #underway = '';
  /** Something of it was changed since, rather than only more written behind it. */
  #isReplaced = false;
  #here = new AbortController();
  readonly #tools = openTools(this.#box, () => this.#readers());
  readonly #files = new ComposerFiles(this.#box, () =>
    this.#desk.mode.kind === 'edit' || this.#box.isClosed ? null : this.#conversation,
  );
  readonly #typing = createTypingSignal(() => {
    const conversation = this.#conversation;
    const presence = engine.then((client) => client.presence());
    if (conversation)
      presence.then((each) => each.typing(conversation)).catch((error) => console.info(error));
  });

  constructor() {
    super();
    const { text, leave } = this.#box;
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [SHEET];
    root.append(...this.#box.elements);
    text.enterKeyHint = this.#newlines ? 'enter' : 'send';
    text.addEventListener('beforeinput', () => {
      if (text.selectionStart < this.#underway.length) this.#isReplaced = true;
    });
    text.addEventListener('input', () => this.#changed());
    text.addEventListener('keydown', (event) => this.#keyed(event));
    leave.addEventListener('click', () => this.#leave());
    this.#box.onSubmit(() => void this.#submit());
  }

  /** The box, whatever stands before it. */
  override focus(options?: FocusOptions): void {
    this.#box.text.focus(options);
  }

  connectedCallback(): void {
    const conversation = this.#conversation;
    if (conversation) void this.#open(conversation);
  }

  disconnectedCallback(): void {
    this.#here.abort();
  }

  get #conversation(): ConversationId | null {
    const id = this.dataset.conversation ?? '';
    return isConversationId(id) ? id : null;
  }

  /** The other person, by the server's page; empty in a group. */
  get #peer(): string {
    return this.parentElement?.querySelector<HTMLElement>('#timeline[data-peer]')?.dataset.peer ?? '';
  }

  async #open(conversation: ConversationId): Promise<void> {
    this.#here = new AbortController();
    const { signal } = this.#here;
    signal.addEventListener(
      'abort',
      onEvent((event) => this.#hear(event, conversation)),
    );
    for (const type of ['online', 'offline']) addEventListener(type, () => this.#showSealed(), { signal });
    document.addEventListener('sotto-compose', (event) => this.#asked(event, conversation), { signal });
    this.#files.open(conversation, this.parentElement, signal);
    const [draft, newlines] = await Promise.all([readDraft(conversation), enterIsNewline()]);
    this.#newlines = newlines;
    this.#box.text.enterKeyHint = newlines ? 'enter' : 'send';
    if (this.#box.text.value === '' && draft.text !== '') this.#desk.write(draft.text);
    const client = await engine;
    const target = draft.replyTo && (await client.message(draft.replyTo));
    if (target && target.kind !== 'deleted' && this.#desk.mode.kind === 'new')
      this.#desk.apply(startReply(this.#desk.writing, target));
    const view = (await client.conversations()).find(({ id }) => id === conversation);
    if (view) await this.#count(client, view);
    else if (!isAccountId(this.#peer)) this.#box.close(unknownGroup());
  }

  #hear(event: EngineEvent, conversation: ConversationId): void {
    if (event.type === 'progress' && event.conversation === conversation)
      this.#box.showSealed(
        t('Reaching {done} of {total} devices for the first time…', { done: event.done, total: event.total }),
      );
    if (event.type === 'conversation' && event.conversation.id === conversation)
      void engine.then((client) => this.#count(client, event.conversation));
    if (event.type === 'updated') this.#desk.follow(event.message.id, event.message);
    if (event.type === 'removed') this.#desk.follow(event.id, null);
  }

  /** From the lists that this device has verified. */
  async #count(client: Engine, view: ConversationView): Promise<void> {
    this.#isKnown = true;
    const readers = await client.readers(view.id);
    const name = titleOf(view);
    this.#box.text.placeholder = isNotes(view)
      ? t('Write a note')
      : name
        ? t('Message {name}', { name })
        : t('Message');
    this.#box.close(view.writable ? '' : leftGroup());
    this.#box.showTimer(describeTimer(view));
    this.#sealed = countReaders(readers);
    this.#showSealed();
  }

  #showSealed(): void {
    if (navigator.onLine) this.#box.showSealed(this.#sealed);
    else this.#box.showSealed(offline(), 'offline');
  }

  async #readers() {
    const conversation = this.#conversation;
    const readers = conversation ? await (await engine).readers(conversation) : [];
    return readers.filter(({ isSelf }) => !isSelf);
  }

  /** The timeline wants a message answered or changed. */
  async #asked(event: Event, conversation: ConversationId): Promise<void> {
    if (!(event instanceof CustomEvent)) return;
    const { action, message } = event.detail as ComposeRequest;
    if (message.conversation !== conversation) return;
    await this.#sending;
    this.#desk.apply(
      action === 'edit' ? startEdit(this.#desk.writing, message) : startReply(this.#desk.writing, message),
    );
    this.focus();
  }

  #changed(): void {
    this.#desk.typed();
    if (this.#desk.mode.kind !== 'edit' && this.#box.text.value.trim() !== '') this.#typing();
  }

  #keyed(event: KeyboardEvent): void {
    const isEmpty = this.#box.text.value === '';
    const meaning = readKey(event, { isEmpty, enterIsNewline: this.#newlines });
    if (!meaning || (meaning.does === 'leave' && this.#desk.mode.kind === 'new')) return;
    event.preventDefault();
    event.stopPropagation();
    if (meaning.does === 'send') void this.#submit();
    else if (meaning.does === 'leave') this.#leave();
    else if (meaning.does === 'edit-last') void this.#editLast();
    else this.#tools.format(meaning.format);
  }

  #leave(): void {
    this.#desk.leave();
    this.focus();
  }

  async #editLast(): Promise<void> {
    const conversation = this.#conversation;
    if (!conversation || this.#desk.mode.kind === 'edit') return;
    const newest = await (await engine).messages(conversation, { limit: LOOKED_BACK });
    const last = newest.findLast(({ mine, kind, origin }) => mine && kind === 'text' && origin !== 'import');
    if (last && this.#box.text.value === '') this.#desk.apply(startEdit(this.#desk.writing, last));
  }

  /** Empties the box once the message is in the outbox, on the disk; the network may come later. */
  async #submit(): Promise<void> {
    const conversation = this.#conversation;
    const written = this.#box.text.value;
    const text = written.trim();
    if (!conversation) return;
    if (this.#sending) {
      // Enter pressed twice sends once; what was written since waits its turn.
      const rest = this.#restOf(written);
      if (rest === '') return;
      await this.#sending;
      if (this.#box.text.value === rest) await this.#submit();
      return;
    }
    if (text === '' && this.#files.count === 0) {
      if (this.#desk.mode.kind === 'edit')
        this.#box.complain(t('Nothing is left of it. To take the message back, choose Delete in its menu.'));
      return;
    }
    const { isTooLong, sentence } = judgeLength(text);
    if (isTooLong) return this.#box.complain(sentence);
    const sending = Promise.withResolvers<void>();
    this.#sending = sending.promise;
    this.#underway = written;
    this.#isReplaced = false;
    try {
      await this.#send(conversation, text);
      const { mode, text: now } = this.#desk.writing;
      this.#desk.apply(
        mode.kind === 'edit' ? leaveMode(this.#desk.writing) : { mode: NEW, text: this.#restOf(now) },
      );
    } catch (error) {
      this.#box.complain(
        error instanceof Error ? error.message : t('The message could not be kept. Try again.'),
      );
    } finally {
      this.#sending = null;
      sending.resolve();
      this.focus();
    }
  }

  /** What of a text was written since the one that is on its way. */
  #restOf(text: string): string {
    const isLonger = !this.#isReplaced && text.startsWith(this.#underway);
    return isLonger ? text.slice(this.#underway.length) : text;
  }

  async #send(conversation: ConversationId, text: string): Promise<void> {
    const client = await engine;
    const mode = this.#desk.mode;
    // What is written to somebody whom this device has not met yet waits for that.
    const peer = this.#peer;
    if (!this.#isKnown && isAccountId(peer)) await client.direct(peer);
    const replyTo = mode.kind === 'reply' ? mode.message.id : null;
    if (this.#files.count > 0) await this.#files.send(conversation, { text, replyTo });
    else if (mode.kind !== 'edit')
      await client.send(conversation, text, {
        ...(replyTo ? { replyTo } : {}),
        forgets: draftNames(conversation),
      });
    else if (text !== mode.message.text) await client.edit(mode.message.id, text);
  }
}
