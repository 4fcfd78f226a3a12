/** Shows the recovery code once, on this page, from memory: it is written nowhere. */
import { htmx } from './htmx.ts';

/** Swaps the recovery page in and fills the code. `kept` says whether the browser promised to keep the keys. */
export async function showRecoveryCode(code: string, kept: boolean): Promise<void> {
  // The token in the address is used up; a reload must not land on the form again.
  history.replaceState(null, '', '/recovery-code');
  await htmx.ajax('GET', '/recovery-code', { target: document.body, swap: 'outerSync' });
  for (const place of document.querySelectorAll('[data-recovery-code]')) place.textContent = code;
  const saved = document.querySelector<HTMLInputElement>('input[type=checkbox]');
  const next = document.querySelector<HTMLButtonElement>('[data-continue]');
  if (saved && next) {
    next.disabled = !saved.checked;
    saved.addEventListener('change', () => {
      next.disabled = !saved.checked;
    });
  }
  if (!kept) showNotKept();
  document.querySelector('h1')?.focus();
}

function showNotKept(): void {
  const notices = document.querySelector('#notices');
  const sentence = document.createElement('p');
  sentence.className = 'notice';
  sentence.textContent =
    'This browser does not promise to keep your keys when its disk fills up. The recovery code is your way back in.';
  notices?.append(sentence);
}
