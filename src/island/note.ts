/** What is noted beside the database, in localStorage, so that a database that was put back can be told (client/mark.ts). */
import type { Note } from '../client/ports.ts';
import type { AccountId } from '../contract/ids.ts';

const nameOf = (account: AccountId): string => `sotto-sealed-${account}`;

/** Nothing is missed where everything was deleted on purpose. */
export function forgetNote(account: AccountId): void {
  localStorage.removeItem(nameOf(account));
}

/** The note of an account's device in this browser. */
export function openNote(account: AccountId): Note {
  const name = nameOf(account);
  return {
    read: async () => localStorage.getItem(name),
    write: async (text) => localStorage.setItem(name, text),
  };
}
