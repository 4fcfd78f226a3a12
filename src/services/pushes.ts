/**
 * Wakes devices that no socket reaches, through their browsers' push services. What is sent is the same for everybody and
 * everything; at most once a minute and device, and only while something waits. Losing a push loses no message.
 */
import type { DeviceSession } from '../auth/sessions.ts';
import { fromBase64, toBase64 } from '../contract/bytes.ts';
import type { DeviceId } from '../contract/ids.ts';
import {
  MAX_ENDPOINT_LENGTH,
  PUSH_PAYLOAD,
  type PushOffer,
  type PushSubscriptionRequest,
} from '../contract/push.ts';
import type { Ports } from '../deps.ts';
import {
  deleteEndpoint,
  deleteSubscription,
  isAwaited,
  type PushRow,
  putSubscription,
  subscriptionsOf,
} from '../store/push.ts';
import { isPublic, readEndpoint } from './push-address.ts';
import { invalid } from './refusal.ts';

/** A device is woken at most this often; what comes in between wakes it once, at the end. */
const EVERY_MS = 60_000;
/** Seconds that a push service keeps it for a device that is off: what waits longer than this is no news. */
const TTL_S = 24 * 3600;
/** Milliseconds for a push service's answer. */
const TIMEOUT_MS = 10_000;
/** A message of the person; what devices tell each other wakes nobody. */
const MESSAGE_CLASS = 1;
/** The service knows the subscription no longer (RFC 8030, 7.3). */
const GONE: ReadonlySet<number> = new Set([404, 410]);

export interface Pushes {
  offer(): PushOffer;
  /** ValidationError for what is no subscription, or where this server may not send to. */
  subscribe(session: DeviceSession, request: PushSubscriptionRequest): Promise<void>;
  unsubscribe(session: DeviceSession): Promise<void>;
}

/** @param post how push services are reached, and after how long a device is woken again */
export function createPushes(
  { db, hub, log, clock, config, ops }: Pick<Ports, 'db' | 'hub' | 'log' | 'clock' | 'config' | 'ops'>,
  {
    post = fetch,
    every = EVERY_MS,
  }: { readonly post?: (url: string, init: RequestInit) => Promise<Response>; readonly every?: number } = {},
): Pushes {
  const { vapid } = config;
  /** When a device was woken last, by this node: several may each wake it once. And those that are woken once more when their time has passed. */
  const woken = new Map<DeviceId, number>();
  const planned = new Set<DeviceId>();

  if (vapid)
    hub.onUnheard((event) => {
      if (event.type !== 'envelope' && event.type !== 'waiting') return;
      const of = event.type === 'envelope' ? event.delivery.class : event.class;
      if (of === MESSAGE_CLASS) run(wake(event.device));
    });

  return {
    offer: () => ({ key: vapid?.publicKey ?? null }),

    async subscribe(session, { endpoint, p256dh, auth }) {
      if (!vapid) throw invalid({ endpoint: ['This server pushes nothing.'] });
      const url = endpoint.length <= MAX_ENDPOINT_LENGTH ? readEndpoint(endpoint) : null;
      if (!url || !(config.pushPrivate || (await isPublic(url))))
        throw invalid({ endpoint: ['This is not the address of a push service.'] });
      const row: PushRow = {
        session: session.id,
        device: session.device,
        endpoint: url.href,
        p256dh: fromBase64(p256dh),
        auth: fromBase64(auth),
        created_at: clock(),
      };
      await db.write((tx) => putSubscription(tx, row));
    },

    async unsubscribe({ id }) {
      await db.write((tx) => deleteSubscription(tx, id));
    },
  };

  async function wake(device: DeviceId): Promise<void> {
    const since = clock() - (woken.get(device) ?? Number.NEGATIVE_INFINITY);
    if (since < every) return plan(device, every - since);
    const rows = await subscriptionsOf(db, device);
    // Several messages of one moment have looked by now.
    if (rows.length === 0 || clock() - (woken.get(device) ?? Number.NEGATIVE_INFINITY) < every) return;
    note(device);
    await Promise.all(rows.map((row) => send(row).catch(failed)));
  }

  /** Once more at the end of the minute, when something still waits and no socket has come. */
  function plan(device: DeviceId, wait: number): void {
    if (planned.has(device)) return;
    planned.add(device);
    setTimeout(() => {
      planned.delete(device);
      run(again(device));
    }, wait).unref();
  }

  async function again(device: DeviceId): Promise<void> {
    if (!(await hub.hears(device)) && (await isAwaited(db, device))) await wake(device);
  }

  function note(device: DeviceId): void {
    const now = clock();
    for (const [other, at] of woken) if (now - at >= every) woken.delete(other);
    woken.set(device, now);
  }

  async function send({ endpoint, p256dh, auth }: PushRow): Promise<void> {
    const url = readEndpoint(endpoint);
    if (!vapid || !url || !(config.pushPrivate || (await isPublic(url)))) return;
    // Fetched with the first push: most servers start without one.
    const { generateRequestDetails } = await import('web-push');
    const { headers, body } = generateRequestDetails(
      { endpoint, keys: { p256dh: toBase64(p256dh), auth: toBase64(auth) } },
      PUSH_PAYLOAD,
      // One topic: a later push takes the place of one that was not handed out yet.
      { vapidDetails: vapid, TTL: TTL_S, urgency: 'high', topic: 'sotto', contentEncoding: 'aes128gcm' },
    );
    const answer = await post(endpoint, {
      method: 'POST',
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: body === null ? null : new Uint8Array(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    ops.meter.count('pushes', { result: answer.ok ? 'sent' : 'failed' });
    if (GONE.has(answer.status)) await db.write((tx) => deleteEndpoint(tx, endpoint));
    else if (!answer.ok) log.warn('push refused', { service: url.hostname, status: answer.status });
  }

  function failed(error: unknown): never {
    ops.meter.count('pushes', { result: 'failed' });
    throw error;
  }

  /** What goes wrong is logged, and costs nobody a message. */
  function run(work: Promise<void>): void {
    work.catch((error: unknown) =>
      log.warn('push failed', { reason: error instanceof Error ? error.message : String(error) }),
    );
  }
}

/** A new key pair for the server, base64url. */
export async function createPushKeys(): Promise<{ readonly publicKey: string; readonly privateKey: string }> {
  return (await import('web-push')).generateVAPIDKeys();
}
