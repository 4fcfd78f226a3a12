/** Waking a device through its browser's push service (RFC 8030, 8291, 8292): without content, names or counts. */
import type { Base64 } from './bytes.ts';

/** What every device is sent, whatever waits: the service learns that something does, and when. */
export const PUSH_PAYLOAD = 'new';

/** GET /api/v1/push */
export interface PushOffer {
  /** The server's VAPID public key, 65 bytes; null where it pushes nothing. */
  readonly key: Base64 | null;
}

/** PUT /api/v1/push: where this session's device is woken from now on. */
export interface PushSubscriptionRequest {
  /** An https address of the browser's push service. */
  readonly endpoint: string;
  /** The browser's P-256 public key, 65 bytes, and its secret, 16 bytes. */
  readonly p256dh: Base64;
  readonly auth: Base64;
}

/** Characters of an endpoint, at most. */
export const MAX_ENDPOINT_LENGTH = 2048;
