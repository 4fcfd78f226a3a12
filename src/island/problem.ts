/** Says in the page that something could not be done, in the sentence that the client gave for it. */
import { t } from '../contract/words.ts';
import { showNotice } from './notices.ts';

export function showProblem(error: unknown): void {
  const place = document.querySelector<HTMLElement>('#notices');
  const sentence = error instanceof Error ? error.message : t('That did not work. Try again.');
  if (place) showNotice(place, 'problem', sentence);
}
