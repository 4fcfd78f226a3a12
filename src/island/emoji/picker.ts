/**
 * The emoji picker: one for the page, in the top layer. What is searched for is typed in its shadow root, so no markup of
 * the server stands near it.
 */
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { togglePopover } from '../popover.ts';
import { styleSheet } from '../styles.ts';
import { Grid, type Section } from './grid.ts';
import { groups, recentGroup, toneNames } from './groups.ts';
import { readRecent, readTone, rememberEmoji, rememberTone } from './recent.ts';
import { STYLE } from './style.ts';
import { type Emoji, loadTable, searchEmojis } from './table.ts';
import { isTone, type Tone, tone } from './tone.ts';

type OnPick = (emoji: string) => void;

export class Picker {
  readonly #host = draw('div', { popover: 'auto', role: 'dialog', 'aria-label': t('Emoji') });
  readonly #search = draw('input', {
    type: 'text',
    'aria-label': t('Search emoji'),
    placeholder: t('Search emoji'),
    autocomplete: 'off',
    spellcheck: 'false',
    enterkeyhint: 'done',
  });
  readonly #tabs = draw('nav', { 'aria-label': t('Groups of emoji') });
  readonly #none = draw('p', { class: 'none', hidden: true });
  readonly #found = draw('p', { class: 'unseen', role: 'status' });
  readonly #about = draw('span', { class: 'about', 'aria-hidden': 'true' });
  readonly #tones = draw('fieldset', {}, draw('legend', { class: 'unseen' }, t('Skin tone')));
  readonly #grid = new Grid(t('Emoji'), {
    pick: (emoji, more) => this.#pick(emoji, more),
    look: (emoji) => this.#describe(emoji),
    up: () => this.#search.focus(),
  });
  #table: readonly Emoji[] = [];
  #sections: readonly Section[] = [];
  #tone: Tone = 0;
  #onPick: OnPick = () => {};

  constructor() {
    const root = this.#host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styleSheet(STYLE)];
    root.append(
      draw('label', { class: 'search' }, this.#search),
      this.#tabs,
      this.#grid.element,
      this.#none,
      this.#found,
      draw('div', { class: 'foot' }, this.#about, this.#tones),
    );
    this.#search.addEventListener('input', () => this.#filter());
    this.#search.addEventListener('keydown', (event) => this.#searchKeyed(event));
    this.#tones.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) this.#setTone(Number(target.value));
    });
    this.#grid.element.addEventListener('scroll', () => this.#markTab(), { passive: true });
  }

  /** Opens beside `anchor`, or closes where it stood there already. The emoji is handed on in the chosen tone. */
  open(anchor: HTMLElement, onPick: OnPick): void {
    this.#onPick = onPick;
    if (!this.#host.isConnected) document.body.append(this.#host);
    this.#search.value = '';
    if (!togglePopover(this.#host, anchor)) return;
    // On a touch screen the field would bring the keyboard, which leaves no room for what it searches.
    if (matchMedia('(hover: hover)').matches) this.#search.focus();
    void this.#fill();
  }

  async #fill(): Promise<void> {
    const [table, recent, skin] = await Promise.all([loadTable(), readRecent(), readTone()]);
    this.#table = table;
    this.#tone = skin;
    const byEmoji = new Map(table.map((emoji) => [emoji.emoji, emoji]));
    const used = recent.flatMap((emoji) => byEmoji.get(emoji) ?? []);
    const all = [
      { group: recentGroup(), emojis: used },
      ...groups().map((group, index) => ({ group, emojis: table.filter((emoji) => emoji.group === index) })),
    ].filter(({ emojis }) => emojis.length > 0);
    this.#sections = all.map(({ group, emojis }) => ({ name: group.name, emojis }));
    this.#tabs.replaceChildren(
      ...all.map(({ group: { name, sign } }, index) => this.#tab(name, sign, index)),
    );
    this.#drawTones();
    this.#filter();
  }

  #tab(name: string, sign: string, index: number): HTMLButtonElement {
    const tab = draw('button', { type: 'button', 'aria-label': name, title: name }, sign);
    tab.addEventListener('click', () => {
      this.#search.value = '';
      this.#filter();
      this.#grid.element.children[index]?.scrollIntoView({ block: 'start' });
    });
    return tab;
  }

  #filter(): void {
    const query = this.#search.value.trim();
    const found = query === '' ? [] : searchEmojis(this.#table, query);
    const sections = query === '' ? this.#sections : [{ name: t('Found'), emojis: found }];
    const empty = query !== '' && found.length === 0;
    this.#grid.show(empty ? [] : sections, this.#tone);
    this.#grid.element.hidden = empty;
    this.#none.hidden = !empty;
    this.#none.textContent = empty ? t('Nothing is called “{query}”.', { query }) : '';
    this.#found.textContent =
      query === '' || empty
        ? this.#none.textContent
        : plural(found.length, '{n} emoji found', '{n} emojis found');
    this.#about.textContent = '';
    this.#markTab();
  }

  #markTab(): void {
    const top = this.#grid.element.scrollTop + this.#grid.element.offsetTop + 1;
    const groups = [...this.#grid.element.children];
    const current = groups.findLastIndex((group) => group instanceof HTMLElement && group.offsetTop <= top);
    for (const [index, tab] of [...this.#tabs.children].entries())
      if (index === current && this.#search.value === '') tab.setAttribute('aria-current', 'true');
      else tab.removeAttribute('aria-current');
  }

  #searchKeyed(event: KeyboardEvent): void {
    const { first } = this.#grid;
    if (event.isComposing) return;
    if (event.key === 'Enter' && first && this.#search.value !== '') this.#pick(first, event.shiftKey);
    else if (event.key === 'ArrowDown') this.#grid.focus();
    else return;
    event.preventDefault();
  }

  #drawTones(): void {
    const labels = toneNames().map((name, index) => {
      const input = draw('input', { type: 'radio', name: 'tone', value: String(index), 'aria-label': name });
      input.checked = index === this.#tone;
      return draw('label', { title: name }, input, isTone(index) ? tone('✋', index) : '');
    });
    this.#tones.replaceChildren(...[...this.#tones.children].slice(0, 1), ...labels);
  }

  #setTone(value: number): void {
    if (!isTone(value)) return;
    this.#tone = value;
    rememberTone(value);
    const top = this.#grid.element.scrollTop;
    this.#filter();
    this.#grid.element.scrollTop = top;
  }

  #describe({ name, codes }: Emoji): void {
    this.#about.textContent = codes[0] ? `${name}  :${codes[0]}:` : name;
  }

  /** With Shift held, more can be picked. */
  #pick(emoji: Emoji, more: boolean): void {
    void rememberEmoji(emoji.emoji);
    if (!more) this.#host.hidePopover();
    this.#onPick(emoji.hasTones ? tone(emoji.emoji, this.#tone) : emoji.emoji);
  }
}
