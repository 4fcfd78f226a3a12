/** What a short text costs on the wire, for people with two devices each. */
import { expect, test } from 'bun:test';
import { encodePost } from '../contract/post.ts';
import { sealBody } from '../protocol/message.ts';
import { sealEnvelope } from '../protocol/session.ts';
import { simulatedCrypto } from '../protocol/simulation/crypto.ts';
import { acquainted, createDevice, headerOf, textContent } from '../protocol/simulation/device.ts';

const clock = { now: 1_800_000_000_000 };

/** Bytes of the post in steady state. Sizes depend on nothing that differs between peers: one stands in for all. */
async function bytesUp(people: number): Promise<number> {
  const a = await createDevice(simulatedCrypto('a', clock));
  const b = await createDevice(simulatedCrypto('b', clock));
  const { a: session } = await acquainted(a, b);
  const header = headerOf(a, 1);
  const content = textContent('Could you check the signature?', 2, new Uint8Array(), clock.now);
  const { body, contentKey, bodyHash } = await sealBody(a.crypto, { header, content, device: a.dik });
  const { envelope } = await sealEnvelope(a.crypto, session, { bodyId: header.bodyId, contentKey, bodyHash });
  const envelopes = Array.from({ length: people * 2 - 1 }, () => envelope);
  return encodePost({ body, omitted: [], recipients: new Uint8Array(32), envelopes }).length;
}

test.each([
  [2, 4500],
  [10, 7300],
  [50, 21_400],
  [200, 74_200],
])('a short text to %i people with two devices each takes %i bytes at most', async (people, most) => {
  const bytes = await bytesUp(people);
  expect(bytes).toBeLessThanOrEqual(most);
  expect(bytes).toBeGreaterThan((people * 2 - 1) * 176);
});
