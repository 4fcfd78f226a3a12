/** Buttons that take text out of the page: only shown where the browser can. */
import { t } from '../contract/words.ts';

/** Shows `button[data-copy=ID]` and lets it copy the text of that element. */
export function openCopy(element: HTMLElement): void {
  offerCopy(element, () => document.getElementById(element.dataset.copy ?? '')?.textContent ?? '');
}

/** Shows a button that copies what `read` gives, and says so for a moment. */
export function offerCopy(button: HTMLElement, read: () => string): void {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(read().trim());
    const label = [...button.childNodes].findLast((node) => node instanceof Text && node.data.trim() !== '');
    if (!(label instanceof Text)) return;
    const words = label.data;
    label.data = t('Copied');
    setTimeout(() => {
      label.data = words;
    }, COPIED_MS);
  });
}
const COPIED_MS = 2000;

/** Shows a button that saves a text file made here. */
export function offerDownload(button: HTMLElement, name: string, read: () => string): void {
  button.hidden = false;
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([read()], { type: 'text/plain' }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
