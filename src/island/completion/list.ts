/**
 * The list above the box: the box keeps the focus, and tells which option is meant by `aria-activedescendant`. A textarea
 * stays a textbox for assistive technology, so what a combobox says by `aria-expanded` is said in a status line.
 */
import { plural } from '../../contract/words.ts';
import { draw } from '../draw.ts';

export interface Choice {
  /** What it puts into the text. */
  readonly text: string;
  /** What is drawn for it: a sign, a name, something smaller. */
  readonly sign: string;
  /** The sign is a picture, not letters. */
  readonly isEmoji: boolean;
  readonly name: string;
  readonly detail: string;
}

export class ChoiceList {
  readonly #list = draw('ul', { role: 'listbox', id: 'choices', class: 'choices', hidden: true });
  readonly #status = draw('p', { class: 'unseen', role: 'status' });
  readonly #box: HTMLTextAreaElement;
  readonly #choose: (choice: Choice) => void;
  #choices: readonly Choice[] = [];
  #active = 0;

  constructor(box: HTMLTextAreaElement, place: Node, choose: (choice: Choice) => void) {
    this.#box = box;
    this.#choose = choose;
    for (const element of [this.#list, this.#status]) place.appendChild(element);
    box.setAttribute('aria-autocomplete', 'list');
    // Pressing an option must not take the focus from the box.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#list.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest('[role=option]') : null;
      const choice = this.#choices[[...this.#list.children].indexOf(option ?? this.#list)];
      if (choice) this.#choose(choice);
    });
  }

  get isOpen(): boolean {
    return this.#choices.length > 0;
  }

  show(label: string, choices: readonly Choice[]): void {
    this.#choices = choices;
    this.#list.setAttribute('aria-label', label);
    this.#list.replaceChildren(...choices.map((choice, index) => drawChoice(choice, index)));
    this.#list.hidden = !this.isOpen;
    this.#status.textContent = this.isOpen ? plural(choices.length, '{n} suggestion', '{n} suggestions') : '';
    if (this.isOpen) this.#box.setAttribute('aria-controls', this.#list.id);
    else this.#box.removeAttribute('aria-controls');
    this.#activate(0);
  }

  hide(): void {
    if (this.isOpen) this.show('', []);
  }

  move(by: 1 | -1): void {
    const { length } = this.#choices;
    this.#activate((this.#active + by + length) % length);
  }

  /** Takes the one that is meant now. */
  take(): void {
    const choice = this.#choices[this.#active];
    if (choice) this.#choose(choice);
  }

  #activate(index: number): void {
    this.#active = index;
    const options = [...this.#list.children];
    for (const [at, option] of options.entries()) option.setAttribute('aria-selected', String(at === index));
    const option = options[index];
    if (option) this.#box.setAttribute('aria-activedescendant', option.id);
    else this.#box.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  }
}

function drawChoice({ sign, isEmoji, name, detail }: Choice, index: number): HTMLElement {
  return draw(
    'li',
    { role: 'option', id: `choice-${index}` },
    draw('span', { class: 'sign', 'aria-hidden': 'true', 'data-emoji': isEmoji }, sign),
    draw('bdi', { class: 'name' }, name),
    draw('bdi', { class: 'detail' }, detail),
  );
}
