/** How messages stand together: days, authors, and the line before what is new. */
import type { HistoryMessage } from '../../client/engine-types.ts';
import { t } from '../../contract/words.ts';
import { dayOf, sameDay } from '../times.ts';

/** Messages of one author this close together show the name once, in milliseconds. */
export const GROUP_MS = 5 * 60 * 1000;

export function needsDay(previous: HistoryMessage | null, message: HistoryMessage): boolean {
  return previous === null || !sameDay(previous.sentAt, message.sentAt);
}

export function isContinued(previous: HistoryMessage | null, message: HistoryMessage): boolean {
  return (
    previous !== null &&
    previous.sender.account === message.sender.account &&
    previous.kind !== 'notice' &&
    message.kind !== 'notice' &&
    message.replyTo === null &&
    !needsDay(previous, message) &&
    message.sentAt - previous.sentAt < GROUP_MS
  );
}

export const drawDay = (at: number): HTMLElement => drawLine('day', dayOf(at));
export const drawNewLine = (): HTMLElement => drawLine('day new', t('New'));

function drawLine(className: string, words: string): HTMLElement {
  const line = document.createElement('p');
  line.className = className;
  line.textContent = words;
  return line;
}
