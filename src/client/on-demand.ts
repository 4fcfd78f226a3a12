/** Code that most pages never need: in browsers it is a file of its own, fetched when it is first asked for. */
import { t } from '../contract/words.ts';

/**
 * `onDemand(() => import('./groups/changes.ts'))`. Throws Error with a sentence when the file cannot be had, which happens
 * without a network, and in a tab whose release the server does not serve any more.
 */
export async function onDemand<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new Error(
      t('A part of Sotto could not be loaded. Check your connection, or load the page again.'),
      { cause },
    );
  }
}
