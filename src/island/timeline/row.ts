/** One message of the timeline: the server's article, cloned from its template and filled from history. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import { t } from '../../contract/words.ts';
import { initialsOf } from '../people.ts';
import { fullOf, hourOf } from '../times.ts';
import type { Drawn } from './drawn.ts';
import { SealedMessage } from './sealed-message.ts';
import { timeLeft } from './time-left.ts';

/** A fresh article from `template#message`. */
export function cloneRow(): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>('template#message');
  const article = template?.content.firstElementChild;
  const row = article ? document.importNode(article, true) : document.createElement('article');
  return row instanceof HTMLElement ? row : document.createElement('article');
}

/** Writes what history says into the article: who, what, when, and how far it got. */
export function fillRow(row: HTMLElement, drawn: Drawn): void {
  const { message, author } = drawn;
  row.dataset.message = message.id;
  row.dataset.sender = message.sender.account;
  row.dataset.at = String(message.sentAt);
  row.dataset.kind = message.kind;
  row.toggleAttribute('data-mine', message.mine);
  row.toggleAttribute('data-mention', message.mention);
  write(row, '[data-author]', author.name);
  write(row, '[data-initials]', initialsOf(author.name));
  show(row, '[data-verified-mark]', author.verified);
  const time = row.querySelector('time');
  if (time) {
    time.dateTime = new Date(message.sentAt).toISOString();
    time.textContent = hourOf(message.sentAt);
    time.title = fullOf(message.sentAt);
  }
  const text = row.querySelector('sealed-message');
  if (text instanceof SealedMessage) text.show(drawn);
  show(row, '[data-pinned]', message.pinned);
  fillTimer(row, message);
  fillStatus(row, message);
  nameRow(row, message);
}

/** Says how long a message that disappears is still there. */
export function fillTimer(row: HTMLElement, { expiresAt }: HistoryMessage): void {
  const place = row.querySelector<HTMLElement>('[data-timer]');
  if (!place) return;
  place.hidden = expiresAt === null;
  if (expiresAt === null) return;
  const left = timeLeft(expiresAt - Date.now());
  write(place, '[data-timer-left]', left);
  place.title = t('Disappears in {time}', { time: left });
}

function fillStatus(row: HTMLElement, message: HistoryMessage): void {
  const place = row.querySelector<HTMLElement>('[data-status]');
  if (!place) return;
  const { mine, status, reason, note } = message;
  // How far a text got that is not there any more says nothing.
  const state = mine && status && message.kind !== 'deleted' ? status : '';
  const parts = [originOf(message), note ?? '', state === '' ? '' : STATES[state]()];
  const words = parts.filter((each) => each !== '').join(' · ');
  const text = status === 'Failed' && reason ? t('Failed: {reason}', { reason }) : words;
  if (place.textContent !== text) place.textContent = text;
  place.dataset.state = state.toLowerCase();
}

const STATES = {
  Sending: () => t('Sending'),
  Sent: () => t('Sent'),
  Delivered: () => t('Delivered'),
  Read: () => t('Read'),
  Failed: () => t('Failed'),
} as const;

/** What a reader must know of where it comes from; nothing for what came sealed from its author. */
function originOf({ origin, verified, mine, kind }: HistoryMessage): string {
  if (kind !== 'text') return '';
  if (origin === 'member') return t('Shown by a member');
  if (origin === 'import') return verified ? t('Imported') : t('Imported, not verified');
  return verified || mine ? '' : t('Not verified');
}

/**
 * What is said of the article when it has the focus: author, text, time. The text is named by its element, since no words
 * of people stand outside of shadow roots.
 */
function nameRow(row: HTMLElement, { id }: HistoryMessage): void {
  const parts = ['[data-author]', 'sealed-message', 'time', '[data-status]'].map((selector, index) => {
    const part = row.querySelector(selector);
    if (part) part.id = `m${index}-${id}`;
    return part?.id ?? '';
  });
  row.setAttribute('aria-labelledby', parts.join(' ').trim());
  row.tabIndex = -1;
}

function write(row: HTMLElement, selector: string, words: string): void {
  const place = row.querySelector(selector);
  if (place && place.textContent !== words) place.textContent = words;
}

function show(row: HTMLElement, selector: string, shown: boolean): void {
  row.querySelector(selector)?.toggleAttribute('hidden', !shown);
}
