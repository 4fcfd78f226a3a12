/**
 * `<sealed-message>`: in a fragment of the server it holds a ciphertext, which it hands to the engine; in the timeline
 * it holds the opened text. The text lives in its shadow root alone, so no swap of HTML can reach or forge it.
 */
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../../contract/ids.ts';
import type { Delivery } from '../../contract/relay.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { deliver } from '../live.ts';
import { drawText, isEmojiOnly } from '../markdown/draw.ts';
import { styleSheet } from '../styles.ts';
import { dateOf, hourOf } from '../times.ts';
import type { Drawn } from './drawn.ts';
import { STYLE } from './message-style.ts';
import type { Quote, ReactionButton } from './quote.ts';

const SHEET = styleSheet(STYLE);

/** What a person does with the words of a message; each bubbles from `<sealed-message>`. */
export const QUOTE_OPENED = 'sotto-quote';
/** `detail` is the emoji, and whether it is to be there. */
export const REACTION_TOGGLED = 'sotto-react';
export interface ReactionToggled {
  readonly emoji: string;
  readonly on: boolean;
}

export class SealedMessage extends HTMLElement {
  readonly #text = document.createElement('div');
  /** Drawn once for the same files: what is played and saved there goes on. */
  #cards: { readonly files: string; readonly element: HTMLElement } | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [SHEET];
    root.append(this.#text);
  }

  /** Draws an opened message, or the sentence that says why it is not. */
  show({ message, quote, reactions, names, cards }: Drawn): void {
    const { kind, text, reason, editedAt } = message;
    const focused = this.shadowRoot?.activeElement?.getAttribute('data-emoji') ?? null;
    const isText = kind === 'text';
    const words = kind === 'deleted' ? t('This message was deleted.') : (reason ?? text);
    this.#text.className = isText || kind === 'notice' ? 'text' : 'text aside';
    this.#text.classList.toggle('large', isText && isEmojiOnly(text));
    this.#text.replaceChildren(isText ? drawText(text, names) : draw('p', {}, words));
    if (editedAt !== null && isText) this.#markEdited(editedAt);
    this.#text.hidden = isText && text === '';
    const files = message.files.map(({ id, expiresAt }) => `${id} ${expiresAt}`).join();
    if (this.#cards?.files !== files) this.#cards = cards && { files, element: cards(message) };
    this.shadowRoot?.replaceChildren(
      ...(quote && isText ? [this.#drawQuote(quote)] : []),
      this.#text,
      ...(this.#cards ? [this.#cards.element] : []),
      // "Mina pinned a message.": which one.
      ...(quote?.known && kind === 'notice' ? [this.#drawQuote(quote)] : []),
      ...(reactions.length > 0 ? [this.#drawReactions(reactions)] : []),
    );
    if (focused !== null)
      for (const button of this.shadowRoot?.querySelectorAll('button') ?? [])
        if (button.dataset.emoji === focused) button.focus();
  }

  /** Behind the last word. */
  #markEdited(at: number): void {
    const last = this.#text.lastElementChild;
    const mark = draw(
      'span',
      { class: 'edited', title: `${dateOf(at)}, ${hourOf(at)}` },
      ` ${t('(edited)')}`,
    );
    if (last?.localName === 'p') last.append(mark);
    else this.#text.append(mark);
  }

  #drawQuote({ author, line, known }: Quote): HTMLElement {
    const words = known ? [draw('b', {}, draw('bdi', {}, author)), ': ', draw('bdi', {}, line)] : [line];
    const button = draw('button', { type: 'button', class: 'quote', disabled: !known }, ...words);
    if (known) button.title = t('Go to this message');
    button.addEventListener('click', () => this.dispatchEvent(new Event(QUOTE_OPENED, { bubbles: true })));
    return button;
  }

  #drawReactions(reactions: readonly ReactionButton[]): HTMLElement {
    const items = reactions.map(({ emoji, count, mine, names }) => {
      const who = names.join(', ');
      const label = t('{emoji} {count}: {who}', { emoji, count, who });
      const button = draw(
        'button',
        {
          type: 'button',
          'aria-pressed': String(mine),
          'aria-label': label,
          title: who,
          'data-emoji': emoji,
        },
        `${emoji} ${count}`,
      );
      button.addEventListener('click', () => {
        const detail: ReactionToggled = { emoji, on: !mine };
        this.dispatchEvent(new CustomEvent(REACTION_TOGGLED, { bubbles: true, detail }));
      });
      return draw('li', {}, button);
    });
    return draw('ul', { class: 'reactions', 'aria-label': t('Reactions') }, ...items);
  }

  connectedCallback(): void {
    const article = this.closest('article');
    const delivery = article && readDelivery(article, this.dataset);
    if (!delivery) return;
    for (const name of ['seq', 'class', 'conversation', 'device', 'attempts', 'body', 'envelope'])
      delete this.dataset[name];
    deliver(delivery);
    // The timeline draws it from history once it is opened and stored.
    article.remove();
  }
}

/** The delivery that an article of the server holds, or null when it holds none or not exactly one. */
function readDelivery(article: HTMLElement, sealed: DOMStringMap): Delivery | null {
  const { message = '', sender = '', at = '' } = article.dataset;
  const { seq = '', conversation = '', device = '', attempts = '', body = '', envelope = '' } = sealed;
  if (envelope === '' || body === '') return null;
  const kind = sealed.class === '2' ? 2 : 1;

  if (!isBodyId(message) || !isAccountId(sender) || !isDeviceId(device) || !isConversationId(conversation))
    return null;
  return {
    seq: Number(seq),
    id: message,
    class: kind,
    conversation,
    sender: { account: sender, device },
    acceptedAt: Number(at),
    attempts: Number(attempts),
    body,
    envelope,
  };
}
