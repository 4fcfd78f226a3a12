/** Asks once before something that cannot be taken back. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';

/** Asks whether a message is to be deleted, and calls `act` when it is. */
export function confirmDelete(back: { focus(): void }, act: () => unknown): void {
  const cancel = draw('button', { type: 'submit', class: 'button', value: '' }, t('Cancel'));
  const confirm = draw('button', { type: 'submit', class: 'button danger', value: 'delete' }, t('Delete'));
  const title = draw('h2', { id: 'confirm-title' }, t('Delete this message?'));
  const words = draw(
    'p',
    { class: 'dialog-words' },
    t('It is taken back on every device of everybody here. Who has read it may remember it.'),
  );
  const form = draw('form', { method: 'dialog', class: 'buttons' }, confirm, cancel);
  const dialog = draw('dialog', { class: 'dialog', 'aria-labelledby': title.id }, title, words, form);
  dialog.addEventListener('close', () => {
    dialog.remove();
    back.focus();
    if (dialog.returnValue === 'delete') act();
  });
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
}
