/**
 * Tells of messages while nobody looks at Sotto: one notification a conversation, gone as soon as it is read on any device.
 * The words come from what this device has opened; the server and the push service have no part in it.
 */
import type { ConversationView, Engine, EngineEvent, HistoryMessage } from '../../client/engine-types.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { NEWS_TAG } from '../../contract/notices.ts';
import { t } from '../../contract/words.ts';
import { fileLine } from '../file-words.ts';
import { plainLines } from '../markdown/plain.ts';
import { authorOf } from '../people.ts';
import { type Choices, readChoices } from './choices.ts';
import { isQuietNow } from './quiet.ts';
import { isSeen } from './seen.ts';

/** Messages that come together are told together, in milliseconds. */
const TOGETHER_MS = 400;
/** Characters of a message in a notification; systems cut it shorter. */
const BODY_LENGTH = 240;

export class Notifier {
  readonly #client: Engine;
  readonly #waiting = new Map<string, HistoryMessage>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Engine) {
    this.#client = client;
  }

  hear(event: EngineEvent): void {
    if (event.type === 'message') this.#note(event.message);
    if (event.type === 'conversation' && event.conversation.unread === 0) void close(event.conversation.id);
    if (event.type === 'removed') this.#takeBack(event.conversation, event.id);
    if (event.type === 'updated' && event.message.kind === 'deleted')
      this.#takeBack(event.message.conversation, event.message.id);
  }

  /** Takes away what was read meanwhile, and the word that something waits. */
  async tidy(): Promise<void> {
    await close(NEWS_TAG);
    for (const { id, unread } of await this.#client.conversations()) if (unread === 0) await close(id);
  }

  /** Words that are gone from the conversation do not stay with the system. */
  #takeBack(conversation: ConversationId, id: BodyId): void {
    if (this.#waiting.get(conversation)?.id === id) this.#waiting.delete(conversation);
    void close(conversation, id);
  }

  #note(message: HistoryMessage): void {
    if (message.mine || message.origin !== 'live' || message.kind !== 'text') return;
    this.#waiting.set(message.conversation, message);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell().catch(console.error), TOGETHER_MS);
  }

  async #tell(): Promise<void> {
    const messages = [...this.#waiting.values()];
    this.#waiting.clear();
    const choices = await readChoices();
    if (!choices.on || Notification.permission !== 'granted' || (await isSeen())) return;
    if (await isQuietNow(this.#client)) return;
    const known = new Map((await this.#client.conversations()).map((view) => [view.id, view]));
    for (const message of messages) {
      const view = known.get(message.conversation);
      // Read meanwhile, on another device.
      if (view && view.unread > 0 && isWanted(view, message)) await show(view, message, choices);
    }
  }
}

const isWanted = ({ notify }: ConversationView, { mention }: HistoryMessage): boolean =>
  notify === 'all' || (notify === 'mentions' && mention);

async function show(view: ConversationView, message: HistoryMessage, choices: Choices): Promise<void> {
  const { shown, sound } = choices;
  const { name } = await authorOf(message);
  const group = view.name ?? t('Group');
  const sender = view.kind === 'group' ? t('{name} in {group}', { name, group }) : name;
  const { ready } = navigator.serviceWorker;
  await (await ready).showNotification(shown === 'nothing' ? 'Sotto' : sender, {
    body: shown === 'text' ? wordsOf(message).slice(0, BODY_LENGTH) : t('New message'),
    tag: view.id,
    icon: iconAddress(),
    silent: !sound,
    data: { conversation: view.id, message: message.id },
    // Another message in the same conversation is news again.
    ...{ renotify: sound },
  });
}

/** @param message closes only what tells of this one */
async function close(tag: string, message?: BodyId): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const notification of (await registration?.getNotifications({ tag })) ?? [])
    if (message === undefined || notification.data?.message === message) notification.close();
}

/** Files without a word are named. */
const wordsOf = ({ text, files }: HistoryMessage): string =>
  text === '' ? fileLine(files) : plainLines(text).join('\n');

const iconAddress = (): string =>
  document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]')?.href ?? '';
