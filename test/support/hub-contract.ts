/** What every hub does, whatever carries its events. */
import { afterEach, expect, test } from 'bun:test';
import { accountId, bodyId, conversationId, deviceId } from '../../src/contract/bytes.ts';
import type { AccountId, DeviceId } from '../../src/contract/ids.ts';
import type { Hub, HubEvent } from '../../src/realtime/hub.ts';
import { until } from './until.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
export const mina = accountId(filled(16, 1));
export const ravi = accountId(filled(16, 2));
export const laptop = deviceId(filled(16, 11));
export const phone = deviceId(filled(16, 12));
const tablet = deviceId(filled(16, 13));
export const id = bodyId(filled(16, 21));
export const conversation = conversationId(filled(32, 31));

/** An envelope as the relay publishes it. */
export const envelope = (device: DeviceId, seq: number, of: 1 | 2 = 1): HubEvent => ({
  type: 'envelope',
  device,
  delivery: {
    seq,
    id,
    class: of,
    conversation,
    sender: { account: ravi, device: tablet },
    acceptedAt: 1,
    attempts: 1,
    body: 'Ym9keQ',
    envelope: 'ZW52',
  },
});

/** Subscribes and waits until everything is heard. */
export async function listen(
  hub: Hub,
  account: AccountId,
  device: DeviceId | null,
  handle: (event: HubEvent) => void,
  session = 'session',
): Promise<() => void> {
  let end = () => {};
  await new Promise<void>((resolve) => {
    end = hub.subscribe({ account, device, session, handle, ready: resolve });
  });
  return end;
}

/** @param open two ends of one hub: of two nodes, or the same one twice */
export function holdsHubContract(
  name: string,
  open: () => Promise<{ here: Hub; there: Hub; close(): Promise<void> }>,
) {
  let close = async () => {};
  afterEach(async () => {
    await close();
    close = async () => {};
  });
  const opened = async () => {
    const hubs = await open();
    close = hubs.close;
    return hubs;
  };

  test(`${name}: device events reach that device, account events every socket of the account`, async () => {
    const { here, there } = await opened();
    const heard: string[] = [];
    const noted = (who: string) => (event: HubEvent) => void heard.push(`${who} ${event.type}`);
    await Promise.all([
      listen(here, mina, laptop, noted('laptop'), 'laptop'),
      listen(there, mina, phone, noted('phone'), 'phone'),
      listen(there, mina, null, noted('locked'), 'locked'),
      listen(here, ravi, tablet, noted('ravi'), 'ravi'),
    ]);
    const hears = async (publish: () => void, expected: readonly string[]) => {
      publish();
      await until(() => heard.length >= expected.length, expected.join());
      expect(heard.splice(0).sort()).toEqual([...expected].sort());
    };
    await hears(
      () => there.publish({ type: 'expired', device: laptop, id, recipient: phone }),
      ['laptop expired'],
    );
    await hears(
      () => here.publish({ type: 'conversation', account: mina, id: conversation }),
      ['laptop conversation', 'phone conversation', 'locked conversation'],
    );
    await hears(
      () => here.publish({ type: 'signed-out', account: mina, sessions: ['phone', 'locked'] }),
      ['phone signed-out', 'locked signed-out'],
    );
    await hears(() => there.publish({ type: 'role-changed', account: ravi }), ['ravi role-changed']);
  });

  test(`${name}: envelopes of one device are heard in order, with the last of their numbers`, async () => {
    const { here, there } = await opened();
    const seqs: number[] = [];
    await listen(there, mina, laptop, (event) => {
      if (event.type === 'envelope') seqs.push(event.delivery.seq);
      if (event.type === 'waiting') seqs.push(event.seq);
    });
    for (let seq = 1; seq <= 100; seq++) here.publish(envelope(laptop, seq));
    await until(() => seqs.at(-1) === 100, 'the last envelope');
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  test(`${name}: what nobody hears is said, and what somebody hears anywhere is not`, async () => {
    const { here, there } = await opened();
    const unheard: string[] = [];
    here.onUnheard((event) => 'device' in event && unheard.push(event.device));
    await listen(there, mina, laptop, () => {});
    here.publish(envelope(laptop, 1));
    here.publish(envelope(phone, 2));
    await until(() => unheard.length > 0, 'something unheard');
    expect(unheard).toEqual([phone]);
  });

  test(`${name}: whether a device is heard is known on every node, until its last socket has gone`, async () => {
    const { here, there } = await opened();
    const one = await listen(there, mina, laptop, () => {});
    const other = await listen(there, mina, laptop, () => {});
    expect(there.size).toBe(2);
    expect([await here.hears(laptop), await there.hears(laptop)]).toEqual([true, true]);
    expect(await here.hears(phone)).toBe(false);
    one();
    one();
    expect(await here.hears(laptop)).toBe(true);
    other();
    expect(there.size).toBe(0);
    await until(async () => !(await here.hears(laptop)), 'the device has gone');
  });

  test(`${name}: ending a subscription ends it once, also while an event is told`, async () => {
    const { here } = await opened();
    let heard = 0;
    const ends: (() => void)[] = [];
    const handle = () => {
      heard++;
      for (const end of ends) end();
    };
    for (const session of ['a', 'b']) ends.push(await listen(here, mina, null, handle, session));
    here.publish({ type: 'signed-out', account: mina, sessions: ['a', 'b'] });
    expect(heard).toBe(2);
    expect(here.size).toBe(0);
    here.publish({ type: 'conversation', account: mina, id: conversation });
    expect(heard).toBe(2);
  });

  test(`${name}: to the sockets of one node alone`, async () => {
    const { here, there } = await opened();
    const heard: string[] = [];
    await listen(here, mina, laptop, ({ type }) => heard.push(`here ${type}`));
    await listen(there, ravi, phone, ({ type }) => heard.push(`there ${type}`));
    here.publishHere({ type: 'conversation', account: mina, id: conversation });
    there.publish({ type: 'conversation', account: ravi, id: conversation });
    await until(() => heard.length === 2, 'both');
    expect(heard).toEqual(['here conversation', 'there conversation']);
  });
}
