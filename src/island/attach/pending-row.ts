/** One message on its way: the article of a message, with its words and its files, and how far each of those is. */
import type { Engine } from '../../client/engine-types.ts';
import type { Files, PendingMessage } from '../../client/files/types.ts';
import type { FileId } from '../../contract/files.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { drawText } from '../markdown/draw.ts';
import { initialsOf, mentionable } from '../people.ts';
import { styleSheet } from '../styles.ts';
import { GROUP_MS } from '../timeline/groups.ts';
import { STYLE } from '../timeline/message-style.ts';
import { cloneRow } from '../timeline/row.ts';
import { fullOf, hourOf } from '../times.ts';
import { UploadItem } from './upload-item.ts';
import { UPLOAD_STYLE } from './upload-style.ts';

const SHEETS = [styleSheet(STYLE), styleSheet(UPLOAD_STYLE)];

export class PendingRow {
  readonly element = cloneRow();
  readonly #files: Files;
  readonly #id: string;
  readonly #list = draw('ul', { 'aria-label': t('Files on their way') });
  readonly #items = new Map<FileId, UploadItem>();
  #removed = new AbortController();

  constructor(files: Files, message: PendingMessage, { account, name: author }: Engine['self']) {
    this.#files = files;
    this.#id = message.id;
    const { element } = this;
    element.dataset.pending = message.id;
    element.dataset.sender = account;
    element.dataset.at = String(message.createdAt);
    element.toggleAttribute('data-mine', true);
    element.tabIndex = -1;
    element.setAttribute('aria-label', t('Your message, on its way'));
    write(element, '[data-author]', author);
    write(element, '[data-initials]', initialsOf(author));
    write(element, '[data-status]', t('Sending'));
    const time = element.querySelector('time');
    if (time) {
      time.dateTime = new Date(message.createdAt).toISOString();
      time.textContent = hourOf(message.createdAt);
      time.title = fullOf(message.createdAt);
    }
    void this.#drawBody(message);
    this.show(message);
    // What a file waits for may have changed with the network.
    const { signal } = this.#removed;
    for (const type of ['online', 'offline']) addEventListener(type, () => this.#redraw(), { signal });
  }

  show({ files }: PendingMessage): void {
    for (const upload of files) {
      const item = this.#items.get(upload.id) ?? new UploadItem(this.#files, upload);
      if (!this.#items.has(upload.id)) this.#list.append(item.element);
      this.#items.set(upload.id, item);
      item.show(upload);
    }
    for (const [id, item] of this.#items)
      if (!files.some((upload) => upload.id === id)) {
        this.#items.delete(id);
        item.element.remove();
      }
  }

  /** Below one's own message the name is not repeated, as it will not be in the message that this becomes. */
  follow(previous: Element | null): void {
    const { sender, at, kind } = previous instanceof HTMLElement ? previous.dataset : {};
    const isClose = Number(this.element.dataset.at) - Number(at) < GROUP_MS;
    const isContinued = sender === this.element.dataset.sender && kind !== 'notice' && isClose;
    this.element.toggleAttribute('data-continued', isContinued);
  }

  end(): void {
    this.#removed.abort();
    this.element.remove();
  }

  #redraw(): void {
    for (const item of this.#items.values()) item.redraw();
  }

  /** What people typed stands in a shadow root. */
  async #drawBody({ text }: PendingMessage): Promise<void> {
    const host = draw('div', { class: 'pending-files', id: `pending-${this.#id}` });
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = SHEETS;
    root.append(this.#list);
    this.element.querySelector('sealed-message')?.replaceWith(host);
    if (text === '') return;
    root.prepend(draw('div', { class: 'text' }, drawText(text, await mentionable())));
  }
}

function write(row: HTMLElement, selector: string, words: string): void {
  const place = row.querySelector(selector);
  if (place) place.textContent = words;
}
