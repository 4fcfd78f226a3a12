/** A dialog with one form: what is asked, then what came of it. */
import { t } from '../../contract/words.ts';
import { draw, sentenceOf, shadowOf } from '../groups/draw.ts';

const STYLE = `
  .buttons { justify-content: end; }
  .made { display: grid; gap: var(--s3); }
  .made input { font-family: var(--mono); }
  h2 { overflow-wrap: anywhere; }
`;

export interface Asked {
  readonly title: string;
  readonly lead: string;
  readonly fields: readonly HTMLElement[];
  readonly submit: string;
  /** Makes it, and gives its address. Throws Error with a sentence. */
  make(): Promise<string>;
  /** What is said beside the address. */
  readonly made: string;
}

/** Resolves when the dialog is closed. */
export async function askForLink({ title, lead, fields, submit, make, made }: Asked): Promise<void> {
  const host = document.createElement('div');
  document.body.append(host);
  const root = shadowOf(host, STYLE);
  const problem = draw('p', { class: 'error', role: 'alert' });
  const send = draw('button', { class: 'button primary' }, submit);
  const cancel = draw('button', { type: 'button', class: 'button' }, t('Cancel'));
  const form = draw(
    'form',
    { class: 'stack' },
    draw('h2', { id: 'dialog-title' }, title),
    draw('p', { class: 'hint' }, lead),
    ...fields,
    problem,
    draw('div', { class: 'buttons' }, cancel, send),
  );
  const dialog = draw('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' }, form);
  root.append(dialog);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.textContent = '';
    send.disabled = true;
    try {
      const address = await make();
      const shown = linkLine(address);
      const done = draw('button', { type: 'button', class: 'button primary' }, t('Done'));
      done.addEventListener('click', () => dialog.close());
      form.replaceChildren(
        draw('h2', { id: 'dialog-title' }, title),
        draw('p', { role: 'status' }, made),
        shown.row,
        draw('div', { class: 'buttons' }, done),
      );
      shown.focus();
    } catch (error) {
      problem.textContent = sentenceOf(error);
      send.disabled = false;
    }
  });
  cancel.addEventListener('click', () => dialog.close());
  dialog.showModal();
  await new Promise<void>((resolve) => {
    dialog.addEventListener('close', () => resolve(), { once: true });
  });
  host.remove();
}

/** The address, to be selected and copied. */
function linkLine(address: string): { readonly row: HTMLElement; focus(): void } {
  const input = draw('input', { id: 'link', readonly: true, value: address });
  const copy = draw('button', { type: 'button', class: 'button' }, t('Copy link'));
  copy.addEventListener('click', () => void copyLink(copy, address));
  const row = draw(
    'div',
    { class: 'made' },
    draw('div', { class: 'field' }, draw('label', { for: 'link' }, t('Link')), input),
    copy,
  );
  return {
    row,
    focus() {
      input.focus();
      input.select();
    },
  };
}

/** Says on the button itself what became of it. */
export async function copyLink(button: HTMLElement, address: string): Promise<void> {
  const isCopied = await navigator.clipboard.writeText(address).then(
    () => true,
    () => false,
  );
  button.removeAttribute('aria-label');
  button.textContent = isCopied ? t('Copied') : t('Copying did not work');
}
