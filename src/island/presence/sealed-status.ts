/**
 * `<sealed-status data-account=ID>`: what a person says of themselves, in its shadow root, where no HTML of the server can
 * reach or forge it. With `data-brief` only the emoji is seen, and the words are its name.
 */
import type { StatusView } from '../../client/presence/types.ts';
import { isAccountId } from '../../contract/ids.ts';
import { engine, onEvent } from '../session.ts';
import { styleSheet } from '../styles.ts';
import { statusWords } from './words.ts';

const STYLE = styleSheet(`
  :host { display: inline-block; min-width: 0; max-width: 100%; color: var(--ink-3); font: var(--f-small); font-weight: 400; }
  span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  :host(:not([data-shown])) { display: none; }
`);

export class SealedStatus extends HTMLElement {
  readonly #line = document.createElement('span');
  #stop = () => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [STYLE];
    root.append(this.#line);
  }

  connectedCallback(): void {
    this.#stop();
    this.#stop = onEvent((event) => {
      if (event.type === 'status' && event.account === this.dataset.account) void this.#read();
    });
    void this.#read();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  async #read(): Promise<void> {
    const account = this.dataset.account ?? '';
    if (!isAccountId(account)) return;
    const presence = await (await engine).presence();
    this.#show(await presence.status(account));
  }

  #show(status: StatusView | null): void {
    this.toggleAttribute('data-shown', status !== null);
    if (status === null) {
      this.#line.textContent = '';
      return;
    }
    const words = statusWords(status);
    const isBrief = this.dataset.brief !== undefined && status.emoji !== '';
    this.#line.textContent = isBrief
      ? status.emoji
      : [status.emoji, words].filter((part) => part !== '').join(' ');
    this.#line.title = words;
    if (isBrief) {
      this.#line.setAttribute('role', 'img');
      this.#line.setAttribute('aria-label', words === '' ? status.emoji : words);
    }
  }
}
