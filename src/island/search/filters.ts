/** The filters above what was found, each as a choice; they say the same as what can be typed. */
import type { Names } from '../../client/search/names.ts';
import {
  type FilterName,
  HAS,
  type Has,
  parseQuery,
  readDays,
  withFilter,
} from '../../client/search/query.ts';
import { isConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';

const DAYS = ['on', 'before', 'after'] as const satisfies readonly FilterName[];

export class Filters {
  readonly bar = draw('div', { class: 'filters', role: 'group', 'aria-label': t('Filters') });
  readonly #where = draw('select', { 'aria-label': t('In conversation') });
  readonly #who = draw('select', { 'aria-label': t('From') });
  readonly #when = draw('select', { 'aria-label': t('When') });
  readonly #day = draw('input', { type: 'date', 'aria-label': t('Day'), hidden: true });
  readonly #has: Readonly<Record<Has, HTMLButtonElement>> = {
    link: draw('button', { type: 'button', 'aria-pressed': 'false' }, t('Has a link')),
    file: draw('button', { type: 'button', 'aria-pressed': 'false' }, t('Has a file')),
  };

  /** @param change is called with what stands in the search field from now on */
  constructor(
    private readonly typed: () => string,
    private readonly change: (typed: string) => void,
  ) {
    this.#when.append(
      option('', t('Any time')),
      option('today', t('Today')),
      option('yesterday', t('Yesterday')),
      option('on', t('On …')),
      option('before', t('Before …')),
      option('after', t('After …')),
    );
    this.bar.append(this.#where, this.#who, this.#when, this.#day, ...HAS.map((each) => this.#has[each]));
    this.#where.addEventListener('change', () => this.#set('in', this.#where.value));
    this.#who.addEventListener('change', () => this.#set('from', this.#who.value));
    this.#when.addEventListener('change', () => this.#setWhen());
    this.#day.addEventListener('change', () => this.#setDay());
    for (const each of HAS) this.#has[each].addEventListener('click', () => this.#toggleHas(each));
  }

  /** Offers what there is to choose from. */
  offer({ conversations, people }: Names): void {
    const named = conversations.filter(({ name }) => name !== '');
    const isTwice = (name: string) => named.filter((other) => other.name === name).length > 1;
    this.#where.replaceChildren(
      option('', t('Anywhere')),
      ...named.map(({ id, name }) => option(isTwice(name) ? id : name, name)),
    );
    this.#who.replaceChildren(
      option('', t('From anybody')),
      ...people.map(({ username, name, isSelf }) =>
        isSelf ? option('me', t('From you')) : option(username, t('From {name}', { name })),
      ),
    );
    this.show();
  }

  /** Comes up to what was typed. */
  show(): void {
    const { filters } = parseQuery(this.typed());
    const given = (name: FilterName) => filters.findLast((filter) => filter.name === name)?.value ?? '';
    choose(this.#where, given('in'));
    choose(this.#who, given('from').replace(/^@/, ''));
    const day = filters.findLast(({ name }) => DAYS.some((each) => each === name));
    const isWord = day?.name === 'on' && (day.value === 'today' || day.value === 'yesterday');
    if (day || this.#day.value !== '') this.#when.value = day ? (isWord ? day.value : day.name) : '';
    const isoDay = day && !isWord ? isoOf(day.value) : '';
    this.#day.value = isoDay;
    this.#day.hidden = !DAYS.some((each) => each === this.#when.value);
    for (const select of [this.#where, this.#who, this.#when])
      select.toggleAttribute('data-set', select.value !== '');
    for (const each of HAS) {
      const isOn = filters.some(({ name, value }) => name === 'has' && value.toLowerCase() === each);
      this.#has[each].setAttribute('aria-pressed', String(isOn));
    }
  }

  #set(name: FilterName, value: string): void {
    this.change(withFilter(this.typed(), name, value === '' ? null : value));
  }

  /** What a message must have besides stays as it is. */
  #toggleHas(changed: Has): void {
    const isOn = (each: Has) => this.#has[each].getAttribute('aria-pressed') === 'true';
    const wanted = HAS.filter((each) => isOn(each) !== (each === changed));
    const without = withFilter(this.typed(), 'has', null);
    this.change(wanted.reduce((typed, each) => withFilter(typed, 'has', each, []), without));
  }

  #setWhen(): void {
    const { value } = this.#when;
    const name = DAYS.find((each) => each === value);
    if (name !== undefined) {
      this.#day.hidden = false;
      if (this.#day.value === '') {
        this.#day.focus();
        this.change(withFilter(this.typed(), 'on', null, DAYS));
        this.#when.value = value;
        this.#day.hidden = false;
      } else this.#setDay();
    } else this.change(withFilter(this.typed(), 'on', value === '' ? null : value, DAYS));
  }

  #setDay(): void {
    const name = DAYS.find((each) => each === this.#when.value);
    if (name === undefined) return;
    this.change(withFilter(this.typed(), name, this.#day.value === '' ? null : this.#day.value, DAYS));
  }
}

function option(value: string, words: string): HTMLOptionElement {
  return draw('option', { value }, words);
}

/** The choice that was typed; one that is not offered, such as a part of a name, is added as it stands. */
function choose(select: HTMLSelectElement, value: string): void {
  select.querySelector('[data-typed]')?.remove();
  const wanted = value.toLowerCase();
  const known = [...select.options].find((each) => each.value.toLowerCase() === wanted);
  if (!known) {
    const typed = option(value, isConversationId(value) ? t('This conversation') : value);
    typed.dataset.typed = '';
    select.append(typed);
  }
  select.value = known?.value ?? value;
}

/** What a date field shows for a day that was typed; empty for a month or a year. */
function isoOf(value: string): string {
  const days = readDays(value, Date.now());
  if (!days || days.until - days.from > 26 * 3_600_000) return '';
  const at = new Date(days.from);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
