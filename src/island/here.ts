/**
 * Whose keys are open in this browser, for the page that no server has written. An id and nothing else, which is also the
 * name of the database; gone once the person signs out.
 */
import { type AccountId, isAccountId } from '../contract/ids.ts';

const NAME = 'sotto-here';

export function readHere(): AccountId | null {
  const account = localStorage.getItem(NAME) ?? '';
  return isAccountId(account) ? account : null;
}

export const writeHere = (account: AccountId) => localStorage.setItem(NAME, account);
export const forgetHere = () => localStorage.removeItem(NAME);
