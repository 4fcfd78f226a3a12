/** Presence in the page: this place says how it is, and what is known of others is drawn beside their names. */

export { openPresenceChoices } from './choices.ts';
export { openOwnStatus } from './own-status.ts';

import { engine } from '../session.ts';
import { watchActivity } from './activity.ts';
import { watchPeople } from './people.ts';
import { SealedStatus } from './sealed-status.ts';
import { watchWriters } from './writers.ts';

/** Begins once a page, when what people came for is drawn. */
export async function startPresence(): Promise<void> {
  const presence = await (await engine).presence();
  customElements.define('sealed-status', SealedStatus);
  watchPeople(presence);
  watchWriters(presence);
  watchActivity(presence);
}
