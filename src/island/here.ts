/**
 * Whose keys are open in this browser, for the page that no server has written. An id and nothing else, which is also the
 * name of the database; gone once the person signs out.
 */
import { type AccountId, isAccountId } from '../contract/ids.ts';
import { QUIET_ROOM } from '../contract/notices.ts';

const NAME = 'sotto-here';

export function readHere(): AccountId | null {
  const account = localStorage.getItem(NAME) ?? '';
  return isAccountId(account) ? account : null;
}

export const writeHere = (account: AccountId) => localStorage.setItem(NAME, account);

/** Nobody is here any more: nothing more is told, and what was told before goes from the screen. */
export function forgetHere(): void {
  localStorage.removeItem(NAME);
  // None of it holds a key, so nobody waits for it.
  void silence().catch(() => {});
}

async function silence(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const notification of (await registration?.getNotifications()) ?? []) notification.close();
  await Promise.all([
    registration?.pushManager?.getSubscription().then((subscription) => subscription?.unsubscribe()),
    caches.delete(QUIET_ROOM),
    navigator.clearAppBadge?.(),
  ]);
}
