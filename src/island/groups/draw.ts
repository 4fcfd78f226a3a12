/** Elements of forms, made by hand: what people type here is sealed, so no markup of the server stands around it. */

import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';

export { draw };

type Attributes = Readonly<Record<string, string | boolean>>;

export interface Field {
  readonly row: HTMLElement;
  readonly input: HTMLInputElement;
}

/** A labelled line of text with its hint. */
export function field(
  id: string,
  label: string,
  { hint = '', ...attributes }: { readonly hint?: string } & Attributes = {},
): Field {
  const input = draw('input', { id, autocomplete: 'off', 'aria-describedby': `${id}-hint`, ...attributes });
  const row = draw('div', { class: 'field' }, draw('label', { for: id }, label), input);
  if (hint !== '') row.append(draw('p', { class: 'hint', id: `${id}-hint` }, hint));
  return { row, input };
}

/** A box to tick, with its words. */
export function check(words: string, hint: string): { row: HTMLElement; input: HTMLInputElement } {
  const input = draw('input', { type: 'checkbox' });
  const text = draw('span', {}, words, draw('small', { class: 'hint' }, hint));
  return { row: draw('label', { class: 'check' }, input, text), input };
}

/** A button that does something once it is pressed; it is disabled while that runs. */
export function button(words: string, className: string, act: () => unknown): HTMLButtonElement {
  const element = draw('button', { type: 'button', class: className }, words);
  element.addEventListener('click', async () => {
    element.disabled = true;
    try {
      await act();
    } finally {
      element.disabled = false;
      takeFocus(element);
    }
  });
  return element;
}

/** Gives the focus back to who works from the keyboard, when what had it is gone. */
export function takeFocus(element: HTMLElement): void {
  if (document.activeElement === document.body) element.focus();
}

/** A button that asks before it acts: what it does cannot be taken back. */
export function carefulButton(words: string, question: string, act: () => Promise<unknown>): HTMLElement {
  const place = draw('span', { class: 'buttons' });
  const rest = () => {
    place.replaceChildren(ask);
    takeFocus(ask);
  };
  const ask = button(words, 'button small danger', () => {
    const yes = button(words, 'button small danger', () => act().then(rest, rest));
    const no = button(t('Cancel'), 'button small', rest);
    place.replaceChildren(draw('span', { role: 'status' }, question), yes, no);
    no.focus();
  });
  place.append(ask);
  return place;
}

/** A shadow root with the page's own looks, for fields that fragments of the server must not stand in. */
export function shadowOf(host: HTMLElement, extra = ''): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true });
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${rules.map(({ cssText }) => cssText).join('\n')}\n${extra}`);
  root.adoptedStyleSheets = [sheet];
  return root;
}

/** What went wrong, as a sentence. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Error && error.message !== ''
    ? error.message
    : t('That did not work. Try again in a moment.');
