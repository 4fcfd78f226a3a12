/** The part of the island that completes `@name` and `:emoji:` while somebody writes, loaded when the first is typed. */
import { EVERYONE } from '../../client/messages/mentions.ts';
import { t } from '../../contract/words.ts';
import { readTone, rememberEmoji } from '../emoji/recent.ts';
import { loadTable, searchEmojis } from '../emoji/table.ts';
import { tone } from '../emoji/tone.ts';
import { insertText } from '../insert-text.ts';
import { initialsOf } from '../people.ts';
import { styleSheet } from '../styles.ts';
import { type Choice, ChoiceList } from './list.ts';
import { matchPeople, type Nameable } from './people.ts';
import { STYLE } from './style.ts';
import { findTrigger, type Trigger } from './trigger.ts';

/** Options at once: they fit above the box of a phone with its keyboard open. */
const MAX_CHOICES = 6;
const SHEET = styleSheet(STYLE);

/** Who can read what is written, oneself left out. */
export type Readers = () => Promise<readonly Nameable[]>;

/** Completes in this box from now on, and at once what stands before its caret. The list is drawn in `place`. */
export function attachCompletion(box: HTMLTextAreaElement, place: Node, readers: Readers): void {
  const root = box.getRootNode();
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(SHEET))
    root.adoptedStyleSheets.push(SHEET);
  new Completion(box, place, readers).look();
}

/** Finds what fits, in what was fetched. */
type Find = (trigger: Trigger) => readonly Choice[];

/** What is offered for the sign that stands at one place. */
interface Source {
  readonly kind: Trigger['kind'];
  readonly from: number;
  /** Null while it is fetched. */
  find: Find | null;
}

class Completion {
  readonly #box: HTMLTextAreaElement;
  readonly #readers: Readers;
  readonly #list: ChoiceList;
  #trigger: Trigger | null = null;
  /** Fetched once for each sign, so that the list always fits what stands there when the next key comes. */
  #source: Source | null = null;
  /** Closed by Escape: nothing is offered for the sign that stands here. */
  #refused = -1;

  constructor(box: HTMLTextAreaElement, place: Node, readers: Readers) {
    this.#box = box;
    this.#readers = readers;
    this.#list = new ChoiceList(box, place, (choice) => this.#take(choice));
    box.addEventListener('input', () => this.look());
    box.addEventListener('click', () => this.look());
    box.addEventListener('blur', () => this.#list.hide());
    box.addEventListener('keyup', ({ key }) => {
      if (/^(?:Arrow(?:Left|Right)|Home|End)$/.test(key)) this.look();
    });
    // Before the composer hears of the key.
    box.addEventListener('keydown', (event) => this.#keyed(event), { capture: true });
  }

  /** Offers what fits before the caret. */
  look(): void {
    const { selectionStart: caret, selectionEnd, value } = this.#box;
    const trigger = caret === selectionEnd ? findTrigger(value, caret) : null;
    this.#trigger = trigger;
    if (trigger === null || trigger.from !== this.#refused) this.#refused = -1;
    if (trigger === null) this.#source = null;
    if (trigger === null || trigger.from === this.#refused) this.#list.hide();
    else if (trigger.kind === this.#source?.kind && trigger.from === this.#source.from) this.#offer();
    else void this.#begin(trigger).catch((error) => console.info(error));
  }

  /** Fetches what is offered for a sign that was not there before; more may be typed meanwhile. */
  async #begin({ kind, from }: Trigger): Promise<void> {
    this.#list.hide();
    const source: Source = { kind, from, find: null };
    this.#source = source;
    try {
      source.find = kind === 'person' ? await this.#people() : await findEmojis();
    } catch (error) {
      if (this.#source === source) this.#source = null;
      throw error;
    }
    if (this.#source === source) this.#offer();
  }

  #offer(): void {
    const trigger = this.#trigger;
    if (!trigger || !this.#source?.find) return;
    const choices = this.#source.find(trigger);
    const [only] = choices;
    if (trigger.closed) this.#list.hide();
    if (trigger.closed && only) this.#take(only);
    if (!trigger.closed) this.#list.show(trigger.kind === 'person' ? t('People') : t('Emoji'), choices);
  }

  async #people(): Promise<Find> {
    const readers = await this.#readers();
    const everyone = readers.length > 1 ? [{ username: EVERYONE, name: t('Everybody in this group') }] : [];
    return ({ query }) =>
      [...matchPeople(readers, query, MAX_CHOICES - everyone.length), ...matchPeople(everyone, query, 1)].map(
        ({ username, name }) => ({
          text: `@${username} `,
          sign: username === EVERYONE ? '@' : initialsOf(name),
          isEmoji: false,
          name,
          detail: `@${username}`,
        }),
      );
  }

  #keyed(event: KeyboardEvent): void {
    if (!this.#list.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown') this.#list.move(1);
    else if (event.key === 'ArrowUp') this.#list.move(-1);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) this.#list.take();
    else if (event.key === 'Escape') this.#refuse();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #refuse(): void {
    this.#refused = this.#trigger?.from ?? -1;
    this.#list.hide();
  }

  #take({ text }: Choice): void {
    const trigger = this.#trigger;
    if (!trigger) return;
    this.#trigger = null;
    this.#list.hide();
    if (trigger.kind === 'emoji') void rememberPicked(text);
    insertText(this.#box, text, trigger.from, this.#box.selectionStart);
  }
}

async function findEmojis(): Promise<Find> {
  const [table, skin] = await Promise.all([loadTable(), readTone()]);
  return ({ query, closed }) => {
    const found = closed
      ? table.filter(({ codes }) => codes.includes(query))
      : searchEmojis(table, query, MAX_CHOICES);
    return found.map(({ emoji, hasTones, name, codes: [code] }) => ({
      text: hasTones ? tone(emoji, skin) : emoji,
      sign: hasTones ? tone(emoji, skin) : emoji,
      isEmoji: true,
      name,
      detail: code ? `:${code}:` : '',
    }));
  };
}

async function rememberPicked(text: string): Promise<void> {
  const skin = await readTone();
  const table = await loadTable();
  const picked = table.find(({ emoji, hasTones }) => text === (hasTones ? tone(emoji, skin) : emoji));
  if (picked) await rememberEmoji(picked.emoji);
}
