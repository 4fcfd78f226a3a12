/** A browser that was removed from its account says so, and forgets what it holds when its owner says so. */

import { httpCalls } from '../client/http-relay.ts';
import { wasRemoved } from '../client/removal.ts';
import { readSelf } from '../client/self.ts';
import { type AccountId, isAccountId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { browserCrypto } from './crypto.ts';
import { deleteDatabase, listAccounts, openDatabase } from './database.ts';
import { readRemovedFrom } from './local-key.ts';
import { lockStorage, openUnlockedStorage } from './local-storage.ts';
import { OPTIONS } from './transport.ts';

/**
 * The name of whoever this browser was a device of, when the account's own list says that it is none any more. That is
 * written down, because only with the key that list can be checked.
 */
async function removedFrom(account: AccountId): Promise<string | null> {
  const database = await openDatabase(account);
  const known = await readRemovedFrom(database);
  database.close();
  if (known !== null) return known;
  const storage = await openUnlockedStorage(account);
  if (!storage) return null;
  try {
    const isRemoved = await wasRemoved(httpCalls(OPTIONS), await browserCrypto(), storage);
    return isRemoved ? ((await readSelf(storage))?.name ?? null) : null;
  } finally {
    await storage.close();
  }
}

/** The session has ended: what lies here is locked, and more so in a browser that somebody else may have now. */
export async function lockEnded(account: AccountId): Promise<void> {
  await lockStorage(account, await removedFrom(account));
}

/** Fills `[data-removed]` on the sign-in page when this browser was a device of somebody. */
export async function tellRemoved(place: HTMLElement): Promise<void> {
  const words = place.querySelector<HTMLElement>('[data-removed-words]');
  if (!words) return;
  for (const account of (await listAccounts()).filter(isAccountId)) {
    const name = await removedFrom(account);
    if (name === null) continue;
    await lockStorage(account, name);
    words.textContent = t(
      'This browser was removed from the account of {name} on another device: what it still holds is no use to anybody any more.',
      { name },
    );
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button';
    button.textContent = t('Delete its keys and messages here');
    place.append(button);
    place.hidden = false;
    button.addEventListener('click', async () => {
      button.disabled = true;
      await deleteDatabase(account);
      words.textContent = t('Its keys and messages are deleted from this browser.');
      button.remove();
      // From the button, which is gone.
      words.tabIndex = -1;
      words.focus();
    });
    return;
  }
}
