/** What the composer says about a conversation and about what is being written. */
import type { ConversationView, HistoryMessage, Reader } from '../client/engine-types.ts';
import { timerWords } from '../client/messages/timer.ts';
import { plural, t } from '../contract/words.ts';
import type { Heading } from './composer-box.ts';
import type { Mode } from './composer-mode.ts';
import { plainLines } from './markdown/plain.ts';
import { authorOf } from './people.ts';

/** More than fits on a line: the rest of a long message is not drawn twice. */
const EXCERPT_LENGTH = 160;

/** "Sealed for 2 people, 3 devices", and the same numbers wherever the page has room for them. */
export function countReaders(readers: readonly Reader[]): string {
  const people = readers.length;
  const devices = readers.reduce((sum, reader) => sum + reader.devices.length, 0);
  for (const [selector, count] of [
    ['[data-people-count]', people],
    ['[data-device-count]', devices],
  ] as const)
    for (const place of document.querySelectorAll<HTMLElement>(selector)) {
      place.textContent = String(count);
      place.dataset.shown = '';
    }
  return t('Sealed for {people}, {devices}', {
    people: plural(people, '{n} person', '{n} people'),
    devices: plural(devices, '{n} device', '{n} devices'),
  });
}

/** "Disappears after 1 week", empty where messages stay. */
export function describeTimer({ timer }: ConversationView): string {
  return timer > 0 ? t('Disappears after {time}', { time: timerWords(timer) }) : '';
}

/** Why there is no box: not yet, or not any more. */
export const unknownGroup = (): string =>
  t('This device does not know this group yet; you can write here as soon as it does.');
export const leftGroup = (): string =>
  t(
    'You are not in this group any more, so you cannot write here; an owner or admin of it can add you again.',
  );

export const offline = (): string => t('Offline: what you send waits here, sealed, and goes out by itself.');

/** The line above the box, null for a message that stands for itself. */
export async function describeMode(mode: Mode): Promise<Heading | null> {
  if (mode.kind === 'new') return null;
  const { kind, message } = mode;
  if (kind === 'edit') return { kind, title: t('Changing your message'), excerpt: excerptOf(message) };
  const { name } = await authorOf(message);
  return {
    kind,
    title: message.mine ? t('Answering yourself') : t('Answering {name}', { name }),
    excerpt: excerptOf(message),
  };
}

function excerptOf({ kind, text, reason }: HistoryMessage): string {
  const line = kind === 'text' ? plainLines(text).join(' ') : (reason ?? text);
  return line.slice(0, EXCERPT_LENGTH).replace(/\s+/g, ' ');
}
