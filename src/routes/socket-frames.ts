/**
 * The three frames that every message costs, put together by hand: ids are hexadecimal, bytes base64url, the rest
 * numbers, so that nothing in them needs escaping and a kilobyte of ciphertext is not searched for it. A test compares
 * them with JSON.stringify.
 */
import type { AccountId, BodyId, DeviceId } from '../contract/ids.ts';
import type { Accepted, Delivery } from '../contract/relay.ts';

/** `{"event":"envelope", ...delivery}` */
export function envelopeFrame(delivery: Delivery): string {
  const { seq, id, conversation, sender, acceptedAt, attempts, body, envelope } = delivery;
  return `{"event":"envelope","seq":${seq},"id":"${id}","class":${delivery.class},"conversation":"${conversation}","sender":{"account":"${sender.account}","device":"${sender.device}"},"acceptedAt":${acceptedAt},"attempts":${attempts},"body":"${body}","envelope":"${envelope}"}`;
}

/** `{"event":"accepted","ref":...,"accepted":{...}}` */
export function acceptedFrame(ref: number, { id, acceptedAt, recipients }: Accepted): string {
  return `{"event":"accepted","ref":${ref},"accepted":{"id":"${id}","acceptedAt":${acceptedAt},"recipients":${recipients}}}`;
}

/** `{"event":"delivered","id":...,"account":...,"device":...}` */
export function deliveredFrame(
  id: BodyId,
  by: { readonly account: AccountId; readonly device: DeviceId },
): string {
  return `{"event":"delivered","id":"${id}","account":"${by.account}","device":"${by.device}"}`;
}
