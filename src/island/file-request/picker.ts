/** The files that somebody has chosen, with how far each is. */
import { fileName } from '../../client/files/name.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';

export interface Picked {
  readonly file: File;
  /** Cleaned. */
  readonly name: string;
  /** Bytes that have left. */
  show(done: number): void;
}

export class Picker {
  readonly element: HTMLElement;
  readonly #input = draw('input', { type: 'file', multiple: true, hidden: true, 'aria-label': t('Files') });
  readonly #choose = draw('button', { type: 'button', class: 'button' }, t('Choose files'));
  readonly #list = draw('ul', { class: 'request-list' });
  readonly #problem = draw('p', { class: 'error', role: 'alert' });
  readonly #picked = new Map<Picked, HTMLElement>();
  #sent = 0;

  constructor(private readonly limits: { readonly files: number; readonly bytes: number }) {
    this.element = draw('div', { class: 'stack' }, this.#list, this.#problem, this.#choose, this.#input);
    this.#choose.addEventListener('click', () => this.#input.click());
    this.element.addEventListener('dragover', (event) => event.preventDefault());
    this.element.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#add([...(event.dataTransfer?.files ?? [])]);
    });
    this.#input.addEventListener('change', () => {
      this.#add([...(this.#input.files ?? [])]);
      this.#input.value = '';
    });
  }

  get files(): readonly Picked[] {
    return [...this.#picked.keys()];
  }
  /** How many have arrived. */
  get sent(): number {
    return this.#sent;
  }

  arrived(picked: Picked): void {
    this.#picked.get(picked)?.remove();
    this.#picked.delete(picked);
    this.#sent++;
  }

  #add(files: readonly File[]): void {
    this.#problem.textContent = '';
    for (const file of files) {
      if (file.size > this.limits.bytes) {
        this.#problem.textContent = t('{name} is larger than {size}, which is the most that is taken here.', {
          name: fileName(file.name),
          size: byteSize(this.limits.bytes),
        });
        continue;
      }
      if (this.#picked.size + this.#sent >= this.limits.files) {
        this.#problem.textContent = plural(
          this.limits.files,
          'Only {n} file is taken here.',
          'Only {n} files are taken here.',
        );
        return;
      }
      this.#draw(file);
    }
  }

  #draw(file: File): void {
    const name = fileName(file.name);
    const bar = draw('progress', {
      max: '1',
      value: '0',
      hidden: true,
      'aria-label': t('Progress of {name}', { name }),
    });
    const remove = draw('button', { type: 'button', class: 'button small' }, t('Remove'));
    remove.setAttribute('aria-label', t('Remove {name}', { name }));
    const row = draw(
      'li',
      {},
      draw('span', { class: 'share-name' }, name),
      ` ${byteSize(file.size)} `,
      bar,
      remove,
    );
    const picked: Picked = {
      file,
      name,
      show(done) {
        bar.hidden = false;
        bar.value = file.size === 0 ? 1 : done / file.size;
      },
    };
    remove.addEventListener('click', () => {
      row.remove();
      this.#picked.delete(picked);
      this.#choose.focus();
    });
    this.#picked.set(picked, row);
    this.#list.append(row);
  }
}
