/** Notifications and counts, begun once a page when what people came for is drawn. */
import type { Engine } from '../../client/engine-types.ts';
import { engine, onEvent } from '../session.ts';
import { watchCount } from './badge.ts';
import { followClicks } from './clicks.ts';
import { Notifier } from './notifier.ts';
import { renewSubscription } from './push.ts';
import { shareQuiet } from './quiet.ts';
import { holdWhileSeen } from './seen.ts';

export { openNotificationSettings } from './settings.ts';

/** Held by the one tab of several that notifies, until it goes. */
const LOCK = 'sotto-notify';

export async function startNotifications(): Promise<void> {
  const client = await engine;
  watchCount(client);
  holdWhileSeen();
  followClicks();
  void navigator.locks.request(`${LOCK}-${client.self.account}`, () => notify(client));
  await shareQuiet(await client.quiet());
  await renewSubscription();
}

/** Never ends: the browser gives the lock to another tab when this one goes. */
function notify(client: Engine): Promise<never> {
  const notifier = new Notifier(client);
  onEvent((event) => notifier.hear(event));
  void notifier.tidy();
  return new Promise(() => {});
}
