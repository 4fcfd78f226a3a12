/** Ctrl K: type a few letters of a conversation, a person or a command, and be there (ARIA combobox with a listbox). */
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { initialsOf } from '../people.ts';
import { openDialog } from './dialog.ts';
import { type Entry, matching } from './entries.ts';
import { listCommands, listPlaces } from './places.ts';
import { SWITCHER } from './style.ts';

/** Opens it, or closes it where it is open. */
export function openSwitcher(): void {
  const shown = document.querySelector<HTMLDialogElement>('dialog.switcher');
  if (shown) shown.close();
  else new Switcher();
}

class Switcher {
  readonly #dialog: HTMLDialogElement;
  readonly #box: HTMLInputElement;
  readonly #list = draw('ul', { role: 'listbox', id: 'entries', 'aria-label': t('Results') });
  readonly #status = draw('p', { class: 'unseen', role: 'status' });
  readonly #nothing = draw('p', { class: 'nothing', hidden: true });
  #all: readonly Entry[] = [];
  #shown: readonly Entry[] = [];
  #active = 0;

  constructor() {
    const { dialog, root } = openDialog('switcher', t('Go to'), SWITCHER);
    this.#dialog = dialog;
    this.#box = draw('input', {
      type: 'text',
      role: 'combobox',
      'aria-label': t('Go to'),
      'aria-expanded': 'true',
      'aria-controls': 'entries',
      'aria-autocomplete': 'list',
      placeholder: t('A conversation, a person or a command'),
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
      enterkeyhint: 'go',
    });
    root.append(this.#box, this.#list, this.#nothing, this.#status);
    this.#box.addEventListener('input', () => this.#show());
    this.#box.addEventListener('keydown', (event) => this.#keyed(event));
    // Pressing an option must not take the focus from the box.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#list.addEventListener('click', ({ target }) => {
      const option = target instanceof Element ? target.closest('[role=option]') : null;
      const index = [...this.#list.children].indexOf(option ?? this.#list);
      this.#go(this.#shown[index]);
    });
    this.#all = listCommands();
    this.#show();
    this.#box.focus();
    void this.#fill();
  }

  /** Commands are there at once; conversations and people come as they are known. */
  async #fill(): Promise<void> {
    for await (const places of listPlaces()) {
      if (!this.#dialog.isConnected) return;
      this.#all = [...places, ...listCommands()];
      this.#show(this.#shown[this.#active]);
    }
  }

  /** @param kept stays the active one where it is still offered and the person has moved to it */
  #show(kept?: Entry): void {
    this.#shown = matching(this.#all, this.#box.value);
    this.#list.replaceChildren(...this.#shown.map(drawEntry));
    this.#nothing.hidden = this.#shown.length > 0;
    this.#nothing.textContent = t('Nothing of that name.');
    this.#status.textContent = plural(this.#shown.length, '{n} result', '{n} results');
    const again = this.#active === 0 ? 0 : this.#shown.findIndex(({ id }) => id === kept?.id);
    this.#activate(Math.max(0, again));
  }

  #keyed(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const { length } = this.#shown;
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: length - 1 };
    const by = moves[event.key];
    if (by !== undefined && length > 0) this.#activate((this.#active + by) % length);
    else if (event.key === 'Enter') this.#go(this.#shown[this.#active]);
    else return;
    event.preventDefault();
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

  #go(entry: Entry | undefined): void {
    if (!entry) return;
    this.#dialog.close();
    entry.go();
  }
}

function drawEntry({ name, detail, unread, tint, icon }: Entry, index: number): HTMLElement {
  const sign =
    tint === ''
      ? draw('span', { class: `icon ${icon}`, 'aria-hidden': 'true' })
      : draw('span', { class: 'avatar', 'aria-hidden': 'true' }, initialsOf(name));
  const row = draw(
    'li',
    { role: 'option', id: `entry-${index}`, 'data-peer': tint },
    draw('span', { class: 'sign' }, sign),
    draw('bdi', { class: 'name' }, name),
    draw('bdi', { class: 'detail' }, detail),
  );
  if (unread > 0) row.append(draw('span', { class: 'count' }, plural(unread, '{n} new', '{n} new')));
  return row;
}
