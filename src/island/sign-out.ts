/** Signing out: this browser forgets the key first, whatever the server then says. */
import type { AccountId } from '../contract/ids.ts';
import { lockStorage } from './local-storage.ts';

/**
 * Takes every form that signs out, which then goes on to the server as the form it is. `stop` ends what still works
 * with the session. Other tabs hear of it from the server, by their sockets.
 */
export function takeSignOut(account: AccountId, stop: () => Promise<void>): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !isSignOut(form) || form.dataset.locked !== undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const { submitter } = event;
    void lockStorage(account)
      .then(() => Promise.race([stop(), later()]))
      .finally(() => {
        form.dataset.locked = '';
        form.requestSubmit(submitter);
      });
  });
}

/** A request that hangs does not hold anybody back. */
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
const PATIENCE_MS = 500;

function isSignOut(form: HTMLFormElement): boolean {
  return new URL(form.action, location.href).pathname.startsWith('/sign-out');
}
