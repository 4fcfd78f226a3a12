/** A dialog about one file. Its name and whatever else people wrote stand in the shadow root of what is given. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';

export interface FileDialog {
  readonly dialog: HTMLDialogElement;
  /** Says what went wrong, or what is being done. */
  readonly say: (words: string) => void;
}

/** @param back has the focus afterwards */
export function openDialog(
  title: string,
  body: readonly Node[],
  back: { focus(): void },
  wide = false,
): FileDialog {
  const heading = draw('h2', { id: 'file-dialog-title' }, title);
  const icon = draw('span', { class: 'icon icon-close', 'aria-hidden': 'true' });
  const close = draw('button', { type: 'button', class: 'icon-button', 'aria-label': t('Close') }, icon);
  const said = draw('p', { class: 'error', role: 'alert' });
  const dialog = draw(
    'dialog',
    { class: wide ? 'dialog wide' : 'dialog', 'aria-labelledby': heading.id },
    draw('div', { class: 'stack' }, draw('header', { class: 'dialog-head' }, heading, close), ...body, said),
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    dialog.remove();
    back.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return {
    dialog,
    say: (words) => {
      said.textContent = words;
    },
  };
}

/** Runs what a press asks for, and closes the dialog; a failure is said in it. */
export async function act(
  { dialog, say }: FileDialog,
  button: HTMLButtonElement,
  task: () => Promise<unknown>,
): Promise<void> {
  button.disabled = true;
  say('');
  try {
    await task();
    dialog.close();
  } catch (error) {
    say(error instanceof Error ? error.message : t('That did not work. Try again.'));
  } finally {
    button.disabled = false;
  }
}

/** A field with its label. */
export function drawField(label: string, field: HTMLElement): HTMLElement {
  field.id ||= `field-${crypto.randomUUID()}`;
  return draw('div', { class: 'field' }, draw('label', { for: field.id }, label), field);
}

/** The name of a file, where no other page's words can stand. */
export function drawNameOf(name: string): HTMLElement {
  const host = document.createElement('p');
  host.attachShadow({ mode: 'open' }).append(draw('bdi', {}, name));
  host.className = 'dialog-words';
  return host;
}
