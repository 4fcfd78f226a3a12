import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { deviceId } from '../../contract/bytes.ts';
import { MAX_DEVICES_PER_CONVERSATION } from '../../contract/limits.ts';
import { Operation } from '../operation.ts';
import { readPeer, type StoredPeer, writePeer } from '../peers.ts';
import { messagesOf, textsIn } from '../testing/reading.ts';
import { randomBytes, World } from '../testing/world.ts';

setDefaultTimeout(60_000);
const world = new World();
afterAll(() => world.close());

test('a group whose people have added more devices than a message can have: it waits, in one sentence, and leaves no hole', async () => {
  const mina = world.enter(await world.makePerson('mina', 1));
  const jonas = world.enter(await world.makePerson('jonas', 1));
  const a = await world.open(mina, 0);
  const b = await world.open(jonas, 0);
  const { id } = await a.engine.createGroup({ name: 'Harbour', people: [jonas.account] });
  await world.settle();
  const pinned = await readPeer(a.storage, jonas.account);
  const [device] = pinned?.devices ?? [];
  if (pinned === null || device === undefined) throw new Error('no pin');
  const pin = async (peer: StoredPeer) => {
    const op = new Operation(a.storage);
    writePeer(op, peer);
    await a.storage.commit(op.changes());
  };
  const more = Array.from({ length: MAX_DEVICES_PER_CONVERSATION }, () => ({
    ...device,
    device: deviceId(randomBytes(16)),
  }));
  const devices = [device, ...more];
  await pin({ ...pinned, listed: devices.length, devices });
  const written = () => [...world.relay.bodies.values()].filter((body) => body.class === 1).length;
  const before = written();
  const waiting = await a.engine.send(id, 'to all of you');
  await world.settle();
  await a.engine.flush();
  expect(await a.engine.message(waiting.id)).toMatchObject({
    status: 'Failed',
    reason: expect.stringContaining(`more than ${MAX_DEVICES_PER_CONVERSATION} devices`),
  });
  const claims = world.relay.calls.claimPrekeys ?? 0;
  await world.advance(3600_000);
  expect([written(), world.relay.calls.claimPrekeys ?? 0]).toEqual([before, claims]);
  await pin(pinned);
  await a.engine.flush();
  await world.settle();
  expect(await textsIn(b, id)).toEqual(['to all of you']);
  expect((await messagesOf(b, id)).map(({ kind }) => kind)).not.toContain('unreadable');
});
