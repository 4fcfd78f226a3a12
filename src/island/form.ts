/** A form that the island takes: fields, sentences beside them, progress in words, one submit at a time. */

import { EnrolError } from '../client/enrol.ts';
import { TransportFailed, TransportRefused } from '../client/ports.ts';
import { t } from '../contract/words.ts';
import { PasskeyDismissed } from './passkey.ts';

/** A sentence that belongs beside a field. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

export class IslandForm {
  readonly #form: HTMLFormElement;
  #busy = false;
  /** Takes the next submit, while an action asks for something. */
  #answer: (() => void) | null = null;

  constructor(form: HTMLFormElement) {
    this.#form = form;
    form.noValidate = true;
  }

  /** The trimmed text of a field, or of a password as it is; empty when the form has no such field. */
  text(name: string): string {
    const field = this.#field(name);
    if (!field) return '';
    return field.type === 'password' ? field.value : field.value.trim();
  }

  has(name: string): boolean {
    return this.#field(name) !== null;
  }

  /** Names the submit button. */
  label(words: string): void {
    const button = this.#form.querySelector('button[type=submit]');
    if (button) button.textContent = words;
  }

  /** Runs `action` for the submit button, and `withPasskey` for the passkey's. */
  take(action: () => Promise<void>, withPasskey?: () => Promise<void>): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#answer) {
        this.#answer();
        return;
      }
      const passkey = event.submitter?.hasAttribute('data-passkey') ?? false;
      void this.#run(passkey && withPasskey ? withPasskey : action);
    });
    for (const button of this.#form.querySelectorAll<HTMLButtonElement>('button[data-passkey]'))
      if (button.type === 'button' && withPasskey)
        button.addEventListener('click', () => void this.#run(withPasskey));
  }

  /**
   * Asks for one more field while an action runs: `[data-ask]` takes the place of `[data-asked-first]` until it is submitted.
   * @param wrong what was wrong with the answer before
   */
  async ask(name: string, wrong: string | null): Promise<string> {
    this.#showAsk(true);
    this.#setBusy(false, true);
    this.progress('');
    if (wrong !== null) this.#showField(name, wrong);
    const field = this.#field(name);
    field?.select();
    field?.focus();
    await new Promise<void>((resolve) => {
      this.#answer = () => {
        if (this.text(name) !== '') resolve();
      };
    });
    this.#answer = null;
    this.#clear();
    this.#setBusy(true, true);
    return this.text(name);
  }

  #showAsk(asks: boolean): void {
    for (const part of this.#form.querySelectorAll<HTMLElement>('[data-ask]')) part.hidden = !asks;
    for (const part of this.#form.querySelectorAll<HTMLElement>('[data-asked-first]')) part.hidden = asks;
  }

  /** Runs something that did not begin with a button, such as an autofilled passkey; the buttons stay as they are. */
  runBeside(action: () => Promise<void>): Promise<void> {
    return this.#run(action, false);
  }

  /** What happens now, in words. */
  progress(sentence: string): void {
    const place = this.#form.querySelector('[data-progress]');
    if (place) place.textContent = sentence;
  }

  /** Shows why it did not work: beside the fields that are named, otherwise for the whole form. */
  fail(error: unknown): void {
    const fields = Object.entries(fieldsOf(error));
    const shown = fields.filter(([name]) => this.#placeFor(name));
    for (const [name, sentences] of shown) this.#showField(name, sentences.join(' '));
    if (shown.length === 0) this.#showForm(sentenceFor(error));
  }

  async #run(action: () => Promise<void>, disable = true): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#clear();
    this.#setBusy(true, disable);
    try {
      await action();
    } catch (error) {
      this.#setBusy(false, disable);
      this.#showAsk(false);
      this.fail(error);
    } finally {
      this.progress('');
      this.#setBusy(false, disable);
      this.#busy = false;
    }
  }

  #field(name: string): HTMLInputElement | null {
    const field = this.#form.elements.namedItem(name);
    return field instanceof HTMLInputElement ? field : null;
  }

  #placeFor(name: string): HTMLElement | null {
    return this.#form.querySelector<HTMLElement>(`[data-field-error="${CSS.escape(name)}"]`);
  }

  #showField(name: string, sentence: string): void {
    const place = this.#placeFor(name);
    if (!place) {
      this.#showForm(sentence);
      return;
    }
    place.textContent = sentence;
    place.hidden = false;
    const field = this.#field(name);
    field?.setAttribute('aria-invalid', 'true');
    field?.focus();
  }

  #showForm(sentence: string): void {
    const place = this.#form.querySelector<HTMLElement>('[data-form-error]');
    if (!place) return;
    place.textContent = sentence;
    place.hidden = false;
  }

  #clear(): void {
    for (const place of this.#form.querySelectorAll<HTMLElement>('[data-field-error], [data-form-error]')) {
      place.textContent = '';
      place.hidden = true;
    }
    for (const field of this.#form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  }

  #setBusy(busy: boolean, disable: boolean): void {
    if (disable) for (const button of this.#form.querySelectorAll('button')) button.disabled = busy;
    this.#form.setAttribute('aria-busy', String(busy));
  }
}

function fieldsOf(error: unknown): Readonly<Record<string, readonly string[]>> {
  if (error instanceof FieldError) return { [error.field]: [error.message] };
  if (error instanceof EnrolError) return error.fields;
  return error instanceof TransportRefused ? (error.body.fields ?? {}) : {};
}

function sentenceFor(error: unknown): string {
  if (error instanceof TransportFailed)
    return t('The server does not answer. Check your connection and try again.');
  if (
    error instanceof EnrolError ||
    error instanceof TransportRefused ||
    error instanceof PasskeyDismissed ||
    error instanceof FieldError
  )
    return error.message;
  console.error(error);
  return t('Something went wrong in this browser. Reload the page and try again.');
}
