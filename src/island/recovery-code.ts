/** Shows the recovery code once, on this page, from memory: it is written nowhere. */
import { t } from '../contract/words.ts';
import { offerCopy, offerDownload } from './copy.ts';
import { policy } from './trusted-types.ts';

/** Swaps the recovery page in and fills the code. `kept` says whether the browser promised to keep the keys. */
export async function showRecoveryCode(code: string, kept: boolean): Promise<void> {
  // The token in the address is used up; a reload must not land on the form again.
  history.replaceState(null, '', '/recovery-code');
  await swapPage('/recovery-code');
  for (const place of document.querySelectorAll('[data-recovery-code]')) place.textContent = code;
  offerWaysToKeep(
    code,
    'sotto-recovery-code.txt',
    t('Sotto recovery code for {origin}', { origin: location.origin }),
  );
  if (!kept) showNotKept();
  const saved = document.querySelector<HTMLInputElement>('input[type=checkbox]');
  const next = document.querySelector<HTMLButtonElement>('button[data-continue]');
  const check = () => {
    if (saved && next) next.disabled = !saved.checked;
  };
  saved?.addEventListener('change', check);
  check();
  document.querySelector<HTMLElement>('h1')?.focus();
}

/** Puts a page of the server into this document, through the policy: a navigation would lose the code. */
async function swapPage(path: string): Promise<void> {
  const response = await fetch(path);
  const page = new DOMParser().parseFromString(policy.createHTML(await response.text()), 'text/html');
  document.body.replaceChildren(...page.body.childNodes);
}

/** Shows the buttons that this browser can serve: clipboard, a file of this name under a title, paper. */
export function offerWaysToKeep(code: string, file: string, title: string): void {
  const button = (name: string) => document.querySelector<HTMLElement>(`button[data-${name}-code]`);
  const copy = button('copy');
  const download = button('download');
  const paper = button('print');
  if (copy) offerCopy(copy, () => code);
  if (download) offerDownload(download, file, () => `${title}\n\n${code}\n`);
  if (paper) {
    paper.hidden = false;
    paper.addEventListener('click', () => print());
  }
}

/** R40: the browser may throw the keys away when its disk fills up. */
function showNotKept(): void {
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.textContent = t(
    'This browser does not promise to keep your keys when its disk fills up. The code is your way back in.',
  );
  document.querySelector('#notices')?.append(notice);
}
