/**
 * Says new messages to those who listen to the page. The log itself is silent: its rows come and go as one scrolls, and
 * old ones would be read out again. The words stand in a shadow root like all words of people.
 */
import type { Drawn } from './drawn.ts';
import { firstLine } from './quote.ts';

export class Announcer {
  readonly #place = document.createElement('p');

  /** @param log what it speaks for */
  constructor(log: HTMLElement) {
    log.ariaLive = 'off';
    const host = document.createElement('div');
    host.className = 'unseen';
    host.dataset.announcer = '';
    this.#place.ariaLive = 'polite';
    host.attachShadow({ mode: 'open' }).append(this.#place);
    log.after(host);
  }

  /** Who wrote, and the beginning of what. */
  say({ message, author }: Drawn): void {
    const words = message.kind === 'notice' ? firstLine(message) : `${author.name}: ${firstLine(message)}`;
    this.#place.textContent = words;
  }
}
