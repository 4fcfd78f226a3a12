/** Goes to the server's page once that answers again, where the one that stands in has nothing to offer. */
import type { AccountId } from '../../contract/ids.ts';
import { PATHS } from '../../contract/paths.ts';
import { askAround } from '../reach/main.ts';

/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 5000;

/** @param reader whose page this is: it stays, unless somebody else or nobody is signed in; null for a page of no use */
export function returnWhenBack(reader: AccountId | null): void {
  const look = async () => {
    const reach = navigator.onLine ? await askAround() : 'nobody';
    if (reach !== 'server') setTimeout(look, LOOK_EVERY_MS);
    else if (reader === null || !(await isOf(reader))) location.reload();
  };
  setTimeout(look, LOOK_EVERY_MS);
}

/** Whether the session is still this person's; true when that cannot be learned. */
async function isOf(reader: AccountId): Promise<boolean> {
  try {
    const answer = await fetch(PATHS.session, { cache: 'no-store', redirect: 'manual' });
    if (answer.status === 401) return false;
    const session: unknown = await answer.json();
    return (
      typeof session === 'object' && session !== null && 'account' in session && session.account === reader
    );
  } catch {
    return true;
  }
}
