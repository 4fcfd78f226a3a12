/** One message of the timeline: the server's article, cloned from its template and filled from history. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { type Author, initialsOf } from './people.ts';
import { SealedMessage } from './sealed-message.ts';
import { fullOf, hourOf } from './times.ts';

/** A fresh article from `template#message`. */
export function cloneRow(): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>('template#message');
  const article = template?.content.firstElementChild;
  const row = article ? document.importNode(article, true) : document.createElement('article');
  return row instanceof HTMLElement ? row : document.createElement('article');
}

/** Writes what history says into the article: who, when, what, and how far it got. */
export function fillRow(row: HTMLElement, message: HistoryMessage, author: Author): void {
  row.dataset.message = message.id;
  row.dataset.sender = message.sender.account;
  row.dataset.at = String(message.sentAt);
  row.dataset.kind = message.kind;
  row.toggleAttribute('data-mine', message.mine);
  write(row, '[data-author]', author.name);
  write(row, '[data-initials]', initialsOf(author.name));
  row.querySelector('[data-verified-mark]')?.toggleAttribute('hidden', !author.verified);
  const time = row.querySelector('time');
  if (time) {
    time.dateTime = new Date(message.sentAt).toISOString();
    time.textContent = hourOf(message.sentAt);
    time.title = fullOf(message.sentAt);
  }
  const text = row.querySelector('sealed-message');
  if (text instanceof SealedMessage) text.show(message);
  fillStatus(row, message);
}

function fillStatus(row: HTMLElement, { mine, status, reason, note }: HistoryMessage): void {
  const place = row.querySelector<HTMLElement>('[data-status]');
  if (!place) return;
  const state = mine && status ? status : '';
  const words = [note ?? '', state].filter((each) => each !== '').join(' · ');
  if (place.textContent !== words) place.textContent = words;
  place.dataset.state = state.toLowerCase();
  if (status === 'Failed' && reason) place.textContent = `Failed: ${reason}`;
}

function write(row: HTMLElement, selector: string, words: string): void {
  const place = row.querySelector(selector);
  if (place) place.textContent = words;
}
