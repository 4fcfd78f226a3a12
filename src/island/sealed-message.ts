/**
 * `<sealed-message>`: in a fragment of the server it holds a ciphertext, which it hands to the engine; in the timeline
 * it holds the opened text. The text lives in its shadow root alone, so no swap of HTML can reach or forge it.
 */
import type { HistoryMessage } from '../client/engine-types.ts';
import { isAccountId, isBodyId, isConversationId, isDeviceId } from '../contract/ids.ts';
import type { Delivery } from '../contract/relay.ts';
import { deliver } from './live.ts';
import { drawText } from './plain-text.ts';
import { styleSheet } from './styles.ts';

const STYLE = styleSheet(`
  :host { display: block; overflow-wrap: anywhere; }
  p { margin: 0; white-space: pre-wrap; }
  p.aside { color: var(--ink-3); font-style: italic; }
  a { color: var(--accent-text); text-underline-offset: 3px; }
  a:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
`);

export class SealedMessage extends HTMLElement {
  readonly #text = document.createElement('p');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [STYLE];
    root.append(this.#text);
  }

  /** Draws an opened message, or the sentence that says why it is not. */
  show({ kind, text, reason }: HistoryMessage): void {
    this.#text.className = kind === 'text' || kind === 'notice' ? '' : 'aside';
    this.#text.replaceChildren(drawText(kind === 'text' ? text : (reason ?? text)));
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
