/** Being woken through the browser's push service while no page is open: the subscription of this device, and its end. */
import { httpCalls } from '../../client/http-relay.ts';
import { nullable, record, type Shape, text } from '../../client/stored.ts';
import { fromBase64 } from '../../contract/bytes.ts';
import { PATHS } from '../../contract/paths.ts';
import type { PushOffer } from '../../contract/push.ts';
import { t } from '../../contract/words.ts';
import { OPTIONS } from '../transport.ts';

const Offer: Shape<PushOffer> = record({ key: nullable(text) });

/** The server's key, or null where neither it nor the browser can push. */
export async function pushKey(): Promise<string | null> {
  if (!('PushManager' in window)) return null;
  return (await httpCalls(OPTIONS).asked(Offer, 'GET', PATHS.push)).key;
}

export async function isSubscribed(): Promise<boolean> {
  const registration = await navigator.serviceWorker?.getRegistration();
  return Boolean(await registration?.pushManager?.getSubscription());
}

/** Subscribes this browser and tells the server. Throws Error with one sentence. */
export async function subscribe(key: string): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  let subscription: PushSubscription;
  try {
    subscription = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: fromBase64(key),
    });
  } catch (cause) {
    throw new Error(t('This browser’s push service cannot be reached. Try again later.'), { cause });
  }
  await tell(subscription);
}

/** Ends it here; the server forgets it too, as soon as it can be told. */
export async function unsubscribe(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
  await httpCalls(OPTIONS)
    .told('DELETE', PATHS.push)
    .catch(() => {});
}

/** A session that is new, or a browser that has renewed its subscription, is told of by every page. */
export async function renewSubscription(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  if (subscription) await tell(subscription).catch(() => {});
}

async function tell(subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  await httpCalls(OPTIONS).told('PUT', PATHS.push, { endpoint, p256dh: keys?.p256dh, auth: keys?.auth });
}
