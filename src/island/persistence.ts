/** Asks the browser to keep what lies here, and tells once when it does not promise to [R40]. */

import type { Engine } from '../client/engine-types.ts';
import { t } from '../contract/words.ts';
import { showNotice } from './notices.ts';
import { askToPersist } from './storage.ts';

const TOLD = 'sotto-not-kept-told';

/** Tells it when there is something to lose, and once in this browser; Settings say it at any time. */
export async function tellOnceWhenNotKept(engine: Engine): Promise<void> {
  const place = document.querySelector<HTMLElement>('#notices');
  if (!place || localStorage.getItem(TOLD) !== null) return;
  const known = await engine.conversations();
  if (known.every(({ last }) => last === null) || (await askToPersist())) return;
  localStorage.setItem(TOLD, '');
  showNotice(
    place,
    'persist',
    t(
      'This browser may delete your keys and messages when its disk fills up. Keep your recovery code, or a second device.',
    ),
  );
}
