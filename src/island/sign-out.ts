/** Signing out: this browser forgets the key first, whatever the server then says. */
import type { AccountId } from '../contract/ids.ts';
import { lockStorage } from './local-storage.ts';

/** Takes every form that signs out. It goes on to the server as the form it is. */
export function takeSignOut(account: AccountId, leave: () => void): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !isSignOut(form) || form.dataset.locked !== undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const submitter = event.submitter;
    void lockStorage(account).then(() => {
      form.dataset.locked = '';
      leave();
      form.requestSubmit(submitter);
    });
  });
}

function isSignOut(form: HTMLFormElement): boolean {
  return new URL(form.action, location.href).pathname.startsWith('/sign-out');
}
