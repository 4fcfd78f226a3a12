import { expect, test } from 'bun:test';
import { accountId, bodyId, conversationId, deviceId, toBase64 } from '../contract/bytes.ts';
import type { Delivery } from '../contract/relay.ts';
import { acceptedFrame, deliveredFrame, envelopeFrame } from './socket-frames.ts';

const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

test('frames by hand are what JSON.stringify writes', () => {
  const delivery: Delivery = {
    seq: 1_795_246_197_224_001,
    id: bodyId(bytes(16)),
    class: 2,
    conversation: conversationId(bytes(32)),
    sender: { account: accountId(bytes(16)), device: deviceId(bytes(16)) },
    acceptedAt: 1_795_246_197_224,
    attempts: 3,
    body: toBase64(bytes(700)),
    envelope: toBase64(bytes(176)),
  };
  expect(envelopeFrame(delivery)).toBe(JSON.stringify({ event: 'envelope', ...delivery }));
  const accepted = { id: delivery.id, acceptedAt: 5, recipients: 600 };
  expect(acceptedFrame(7, accepted)).toBe(JSON.stringify({ event: 'accepted', ref: 7, accepted }));
  const { account, device } = delivery.sender;
  expect(deliveredFrame(delivery.id, delivery.sender)).toBe(
    JSON.stringify({ event: 'delivered', id: delivery.id, account, device }),
  );
});
