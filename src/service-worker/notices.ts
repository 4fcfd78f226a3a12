/**
 * Notifications: a push says that something waits and nothing else, because no keys are open here; a click leads to a page
 * of Sotto.
 */

import { NEWS_TAG, type OpenRequest, QUIET_KEY, QUIET_ROOM } from '../contract/notices.ts';
import { isQuiet, type Quiet } from '../contract/quiet.ts';
import { t } from '../contract/words.ts';
import { speakLikePages } from './language.ts';
import type { NotificationClick, ServiceWorkerScope } from './scope.ts';

/** Browsers want a notification for every push; in times of quiet it makes no sound. */
export async function showNews({ registration }: ServiceWorkerScope): Promise<void> {
  await speakLikePages();
  const body = t('New messages');
  const silent = await isQuietNow();
  await registration.showNotification('Sotto', { body, tag: NEWS_TAG, silent });
}

/** To the message, in a page that is open or in a new one. */
export async function followClick(
  { clients }: ServiceWorkerScope,
  { notification }: NotificationClick,
): Promise<void> {
  notification.close();
  const target: unknown = notification.data;
  const [page] = await clients.matchAll({ type: 'window' });
  const open = isTarget(target) ? target : null;
  if (!page) {
    await clients.openWindow(open ? `/c/${open.conversation}#${open.message}` : '/');
    return;
  }
  await page.focus().catch(() => {});
  if (open) page.postMessage({ open } satisfies OpenRequest);
}

const isTarget = (value: unknown): value is OpenRequest['open'] =>
  typeof value === 'object' &&
  value !== null &&
  'conversation' in value &&
  typeof value.conversation === 'string' &&
  'message' in value &&
  typeof value.message === 'string';

async function isQuietNow(): Promise<boolean> {
  const kept = await (await caches.open(QUIET_ROOM)).match(QUIET_KEY);
  const quiet: unknown = await kept?.json().catch(() => null);
  const now = new Date();
  return isTimes(quiet) && isQuiet(quiet, now.getTime(), now.getHours() * 60 + now.getMinutes());
}

const isTimes = (value: unknown): value is Quiet =>
  typeof value === 'object' &&
  value !== null &&
  'until' in value &&
  typeof value.until === 'number' &&
  'daily' in value &&
  (value.daily === null ||
    (typeof value.daily === 'object' &&
      'from' in value.daily &&
      typeof value.daily.from === 'number' &&
      'to' in value.daily &&
      typeof value.daily.to === 'number'));
