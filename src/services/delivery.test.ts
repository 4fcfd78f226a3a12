import { describe, expect, test } from 'bun:test';
import {
  addPerson,
  countRows,
  DAY_MS,
  makePost,
  openRelay,
  randomBytes,
  someConversation,
  type TestRelay,
} from '../../test/support/relay.ts';
import { bodyId, deviceId, fromBase64 } from '../contract/bytes.ts';
import type { WrongDevicesBody } from '../contract/errors.ts';
import { decodePost, encodePost } from '../contract/post.ts';
import { Refusal } from './refusal.ts';

/** Two people, two devices each, and their conversation. */
async function twoPeople() {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock(), 2, 'Mina');
  const ravi = await addPerson(relay.db, relay.clock(), 2, 'Ravi');
  const { id: conversation } = await relay.conversations.createDirect(mina.session(), ravi.account);
  const [sender, second] = mina.devices;
  if (!sender || !second) throw new Error('no devices');
  const to = [second, ...ravi.devices];
  relay.events.length = 0;
  return { ...relay, mina, ravi, conversation, sender, second, to };
}

async function refused(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

const nothingStored = async ({ db }: Pick<TestRelay, 'db'>) =>
  (await countRows(db, 'messages')) + (await countRows(db, 'bodies')) + (await countRows(db, 'envelopes')) ===
  0;

describe('class 1', () => {
  test('a post reaches every device but the sending one, once, in order', async () => {
    const house = await twoPeople();
    const posts = Array.from({ length: 5 }, () =>
      makePost({ sender: house.mina.session(), conversation: house.conversation, to: house.to }),
    );
    const accepted = await Promise.all(
      posts.map(({ bytes }) => house.delivery.send(house.mina.session(), bytes)),
    );
    expect(accepted.map(({ id }) => id)).toEqual(posts.map(({ id }) => id));
    expect(accepted.every(({ recipients }) => recipients === 3)).toBe(true);
    for (const device of house.to) {
      const { envelopes, more } = await house.delivery.pending(device, 0);
      expect(envelopes.map(({ id }) => id)).toEqual(posts.map(({ id }) => id));
      expect(more).toBe(false);
      const seqs = envelopes.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      expect(envelopes[0]).toMatchObject({
        class: 1,
        conversation: house.conversation,
        sender: { account: house.mina.account, device: house.sender },
        acceptedAt: house.clock(),
        attempts: 1,
      });
    }
    expect((await house.delivery.pending(house.sender, 0)).envelopes).toEqual([]);
    expect(house.events.filter(({ type }) => type === 'envelope')).toHaveLength(15);
  });

  test('body and envelope come out as they went in', async () => {
    const house = await twoPeople();
    const { bytes } = makePost({
      sender: house.mina.session(),
      conversation: house.conversation,
      to: house.to,
    });
    await house.delivery.send(house.mina.session(), bytes);
    const sent = decodePost(bytes);
    const sorted = [...house.to].sort();
    for (const [index, device] of sorted.entries()) {
      const [delivery] = (await house.delivery.pending(device, 0)).envelopes;
      expect(delivery && fromBase64(delivery.body)).toEqual(new Uint8Array(sent?.body ?? []));
      expect(delivery && fromBase64(delivery.envelope)).toEqual(new Uint8Array(sent?.envelopes[index] ?? []));
    }
  });

  test('named recipients are compared in the same way', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const named = makePost({ sender, conversation: house.conversation, to: house.to, named: true });
    expect((await house.delivery.send(sender, named.bytes)).recipients).toBe(3);
    const short = makePost({ sender, conversation: house.conversation, to: house.to.slice(1), named: true });
    expect((await refused(house.delivery.send(sender, short.bytes))).body.error).toBe('WrongDevices');
  });

  test('a device too few, too many, foreign or one’s own is WrongDevices with what is expected', async () => {
    const house = await twoPeople();
    const stranger = await addPerson(house.db, house.clock());
    const sender = house.mina.session();
    const wrong = [
      house.to.slice(1),
      [...house.to, ...stranger.devices],
      [...house.to.slice(1), ...stranger.devices],
      [...house.to, house.sender],
      [],
    ];
    for (const to of wrong)
      for (const named of [true, false]) {
        const post = makePost({ sender, conversation: house.conversation, to, named });
        const { body } = await refused(house.delivery.send(sender, post.bytes));
        expect(body.error).toBe('WrongDevices');
        const { expected } = body as WrongDevicesBody;
        expect(expected.map(({ device }) => device)).toEqual([...house.to].sort());
        expect(expected.find(({ device }) => device === house.second)?.account).toBe(house.mina.account);
      }
    expect(await nothingStored(house)).toBe(true);
    expect(house.events).toEqual([]);
  });

  test('a device is left out only with an expired certificate or an old prekey', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const [left, ...to] = house.to;
    if (!left) throw new Error('no device');
    const post = () => makePost({ sender, conversation: house.conversation, to, omitted: [left] });
    expect((await refused(house.delivery.send(sender, post().bytes))).body.error).toBe('WrongDevices');
    house.clock.advance(31 * DAY_MS); // every prekey is too old now
    expect((await house.delivery.send(sender, post().bytes)).recipients).toBe(2);
    const fresh = house.clock();
    await house.db.write((tx) => tx.run('UPDATE signed_prekeys SET prekey_created_at = $1', [fresh]));
    house.clock.advance(60_000); // past every cache
    expect((await refused(house.delivery.send(sender, post().bytes))).body.error).toBe('WrongDevices');
    await house.db.write((tx) => tx.run('UPDATE devices SET expires_at = $1 WHERE id = $2', [fresh, left]));
    house.clock.advance(60_000);
    expect((await house.delivery.send(sender, post().bytes)).recipients).toBe(2);
  });

  test('a change of devices is seen by the next post', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const [gone, ...to] = house.ravi.devices;
    await house.delivery.send(
      sender,
      makePost({ sender, conversation: house.conversation, to: house.to }).bytes,
    );
    await house.db.write((tx) =>
      tx.run('UPDATE devices SET revoked_at = $1 WHERE id = $2', [house.clock(), gone ?? '']),
    );
    house.recipients.forget(house.ravi.account);
    const old = makePost({ sender, conversation: house.conversation, to: house.to });
    expect((await refused(house.delivery.send(sender, old.bytes))).body.error).toBe('WrongDevices');
    const next = makePost({ sender, conversation: house.conversation, to: [house.second, ...to] });
    expect((await house.delivery.send(sender, next.bytes)).recipients).toBe(2);
  });

  test('a disabled account stays a recipient, its envelopes are dropped', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    await house.db.write((tx) =>
      tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [house.ravi.account]),
    );
    house.recipients.forget(house.ravi.account);
    const post = makePost({ sender, conversation: house.conversation, to: house.to });
    expect((await house.delivery.send(sender, post.bytes)).recipients).toBe(1);
    for (const device of house.ravi.devices)
      expect((await house.delivery.pending(device, 0)).envelopes).toEqual([]);
  });

  test('others’ conversations do not exist for a sender', async () => {
    const house = await twoPeople();
    const stranger = await addPerson(house.db, house.clock());
    const sender = stranger.session();
    for (const conversation of [house.conversation, someConversation()]) {
      const post = makePost({ sender, conversation, to: [...house.mina.devices, ...house.ravi.devices] });
      expect((await refused(house.delivery.send(sender, post.bytes))).body.error).toBe('NotFound');
    }
    expect(await nothingStored(house)).toBe(true);
  });

  test('moves the conversation’s last activity', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    house.clock.advance(5_000);
    await house.delivery.send(
      sender,
      makePost({ sender, conversation: house.conversation, to: house.to }).bytes,
    );
    const [record] = await house.conversations.list(house.ravi.account);
    expect(record?.lastActivity).toBe(house.clock());
  });
});

describe('class 2', () => {
  test('reaches any subset of devices in the workspace, and moves no conversation', async () => {
    const house = await twoPeople();
    const stranger = await addPerson(house.db, house.clock());
    const sender = house.mina.session();
    const before = await house.conversations.list(house.mina.account);
    house.clock.advance(1000);
    const to = [...house.ravi.devices.slice(0, 1), ...stranger.devices];
    const post = makePost({ sender, to });
    expect((await house.delivery.send(sender, post.bytes)).recipients).toBe(2);
    const [delivery] = (await house.delivery.pending(to[0] ?? house.sender, 0)).envelopes;
    expect(delivery).toMatchObject({ class: 2, conversation: '0'.repeat(64), id: post.id });
    expect(await house.conversations.list(house.mina.account)).toEqual([...before]);
  });

  test('unknown devices, oneself, twice the same, nobody, or implied recipients are refused', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const unknown = deviceId(randomBytes(16));
    const [known] = house.ravi.devices;
    if (!known) throw new Error('no device');
    const missing = await refused(
      house.delivery.send(sender, makePost({ sender, to: [known, unknown] }).bytes),
    );
    expect(missing.body.error).toBe('WrongDevices');
    expect((missing.body as WrongDevicesBody).expected).toEqual([
      { account: house.ravi.account, device: known },
    ]);
    for (const options of [
      { to: [house.sender] },
      { to: [known, known] },
      { to: [] },
      { to: [known], named: false },
    ])
      expect(
        (await refused(house.delivery.send(sender, makePost({ sender, ...options }).bytes))).body.error,
      ).toBe('ValidationError');
    expect(await nothingStored(house)).toBe(true);
  });
});

describe('idempotence', () => {
  test('identical bytes get the same answer and one set of envelopes, also when devices changed since', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const post = makePost({ sender, conversation: house.conversation, to: house.to });
    const first = await house.delivery.send(sender, post.bytes);
    house.clock.advance(1000);
    const [again, third] = await Promise.all([
      house.delivery.send(sender, post.bytes),
      house.delivery.send(sender, post.bytes),
    ]);
    expect(again).toEqual(first);
    expect(third).toEqual(first);
    await house.db.write((tx) => tx.run('UPDATE devices SET revoked_at = 1 WHERE id = $1', [house.second]));
    house.recipients.forget(house.mina.account);
    expect(await house.delivery.send(sender, post.bytes)).toEqual(first);
    expect(await countRows(house.db, 'envelopes')).toBe(3);
    expect(house.events.filter(({ type }) => type === 'envelope')).toHaveLength(3);
  });

  test('after delivery, too: nothing is delivered twice', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const post = makePost({ sender, to: house.ravi.devices });
    const first = await house.delivery.send(sender, post.bytes);
    for (const [index, device] of house.ravi.devices.entries()) {
      const { envelopes } = await house.delivery.pending(device, 0);
      await house.delivery.acknowledge(
        house.ravi.session(index),
        envelopes.map(({ seq }) => seq),
      );
    }
    expect(await house.delivery.send(sender, post.bytes)).toEqual(first);
    expect(await countRows(house.db, 'envelopes')).toBe(0);
  });

  test('other bytes under the same id are a Conflict, in the same batch or later', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const id = bodyId(randomBytes(16));
    const [one, two] = [makePost({ sender, to: house.to, id }), makePost({ sender, to: house.to, id })];
    const outcomes = await Promise.allSettled([
      house.delivery.send(sender, one.bytes),
      house.delivery.send(sender, two.bytes),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await refused(house.delivery.send(sender, two.bytes))).body.error).toBe('Conflict');
    expect(await countRows(house.db, 'envelopes')).toBe(3);
    expect(await countRows(house.db, 'bodies')).toBe(1);
  });
});

describe('bad posts', () => {
  test('another sender in the header, or none at all, is refused and nothing is stored', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const good = makePost({ sender, to: house.ravi.devices }).bytes;
    const otherAccount = makePost({ sender: house.ravi.session(), to: house.mina.devices }).bytes;
    const otherDevice = makePost({ sender: house.mina.session(1), to: house.ravi.devices }).bytes;
    const noHeader = encodePost({
      body: randomBytes(700),
      omitted: [],
      recipients: house.ravi.devices,
      envelopes: house.ravi.devices.map(() => randomBytes(176)),
    });
    for (const bytes of [
      otherAccount,
      otherDevice,
      noHeader,
      new Uint8Array(),
      randomBytes(4000),
      good.slice(0, -1),
      new Uint8Array([...good, 0]),
    ]) {
      const { body } = await refused(house.delivery.send(sender, bytes));
      expect(body.error).toBe('ValidationError');
      expect(body.message).toMatch(/^[A-Z].*\.$/);
    }
    expect(await nothingStored(house)).toBe(true);
  });

  test('do not take down the good ones of the same turn', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const outcomes = await Promise.allSettled([
      house.delivery.send(sender, makePost({ sender, to: house.to }).bytes),
      house.delivery.send(sender, randomBytes(10)),
      house.delivery.send(sender, makePost({ sender, to: house.to }).bytes),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await countRows(house.db, 'messages')).toBe(2);
  });
});

describe('pending', () => {
  test('comes in pages, and counts how often it was handed out', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const [device] = house.ravi.devices;
    if (!device) throw new Error('no device');
    const posts = Array.from({ length: 7 }, () => makePost({ sender, to: [device] }));
    await Promise.all(posts.map(({ bytes }) => house.delivery.send(sender, bytes)));
    const seen: string[] = [];
    let after = 0;
    let pages = 0;
    for (;;) {
      const { envelopes, more } = await house.delivery.pending(device, after, 3);
      pages++;
      seen.push(...envelopes.map(({ id }) => id));
      after = envelopes.at(-1)?.seq ?? after;
      if (!more) break;
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(posts.map(({ id }) => id));
    const again = await house.delivery.pending(device, 0, 100);
    expect(again.envelopes.map(({ attempts }) => attempts)).toEqual(Array(7).fill(2));
  });

  test('a page of large bodies is cut by bytes, and nothing is skipped', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const [device] = house.ravi.devices;
    if (!device) throw new Error('no device');
    const posts = Array.from({ length: 30 }, () => makePost({ sender, to: [device], bodyBytes: 70_000 }));
    await Promise.all(posts.map(({ bytes }) => house.delivery.send(sender, bytes)));
    const first = await house.delivery.pending(device, 0);
    expect(first.more).toBe(true);
    expect(first.envelopes.length).toBeLessThan(20);
    const rest = await house.delivery.pending(device, first.envelopes.at(-1)?.seq ?? 0);
    const ids = [...first.envelopes, ...rest.envelopes].map(({ id }) => id);
    expect(ids).toEqual(posts.slice(0, ids.length).map(({ id }) => id));
  });

  test('a pushed envelope whose socket closed counts as an attempt', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const [device] = house.ravi.devices;
    if (!device) throw new Error('no device');
    await house.delivery.send(sender, makePost({ sender, to: [device] }).bytes);
    const pushed = house.events.find((event) => event.type === 'envelope');
    await house.delivery.unacknowledged(device, pushed?.type === 'envelope' ? [pushed.delivery.seq] : []);
    expect((await house.delivery.pending(device, 0)).envelopes[0]?.attempts).toBe(2);
  });
});

describe('acknowledgements', () => {
  test('delete the envelope, the body with the last one, and tell the sender once for each device', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const post = makePost({ sender, conversation: house.conversation, to: house.to });
    await house.delivery.send(sender, post.bytes);
    const sessions = [house.mina.session(1), house.ravi.session(0), house.ravi.session(1)];
    for (const [index, session] of sessions.entries()) {
      const { envelopes } = await house.delivery.pending(session.device, 0);
      const seqs = envelopes.map(({ seq }) => seq);
      expect(await countRows(house.db, 'bodies')).toBe(1);
      await Promise.all([
        house.delivery.acknowledge(session, seqs),
        house.delivery.acknowledge(session, seqs),
        house.delivery.acknowledge(session, [...seqs, 12345]),
      ]);
      expect(await countRows(house.db, 'envelopes')).toBe(2 - index);
    }
    expect(await countRows(house.db, 'bodies')).toBe(0);
    const delivered = house.events.filter(({ type }) => type === 'delivered');
    expect(delivered).toEqual(
      house.ravi.devices.map((device) => ({
        type: 'delivered',
        device: house.sender,
        id: post.id,
        by: { account: house.ravi.account, device },
      })),
    );
    expect(await house.delivery.statuses(sender, [post.id])).toEqual([
      { id: post.id, delivered: [...house.ravi.devices], expired: [], pending: 0 },
    ]);
  });

  test('another device cannot acknowledge', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    await house.delivery.send(sender, makePost({ sender, to: house.ravi.devices.slice(0, 1) }).bytes);
    const { envelopes } = await house.delivery.pending(house.ravi.session(0).device, 0);
    await house.delivery.acknowledge(
      house.ravi.session(1),
      envelopes.map(({ seq }) => seq),
    );
    expect(await countRows(house.db, 'envelopes')).toBe(1);
  });

  test('numbers keep growing after everything was delivered and the relay was restarted', async () => {
    const house = await twoPeople();
    const sender = house.mina.session();
    const session = house.ravi.session();
    let last = 0;
    for (let round = 0; round < 3; round++) {
      // A clock that goes back must not take the order with it.
      house.clock.advance(-DAY_MS);
      await house.delivery.send(sender, makePost({ sender, to: [session.device] }).bytes);
      const [delivery] = (await house.delivery.pending(session.device, last)).envelopes;
      expect(delivery?.seq).toBeGreaterThan(last);
      last = delivery?.seq ?? 0;
      await house.delivery.acknowledge(session, [last]);
    }
  });
});

test('statuses answer only for one’s own messages', async () => {
  const house = await twoPeople();
  const sender = house.mina.session();
  const post = makePost({ sender, conversation: house.conversation, to: house.to });
  await house.delivery.send(sender, post.bytes);
  const unknown = bodyId(randomBytes(16));
  expect(await house.delivery.statuses(house.ravi.session(), [post.id, unknown])).toEqual([]);
  expect(await house.delivery.statuses(sender, [unknown, post.id])).toEqual([
    { id: post.id, delivered: [], expired: [], pending: 3 },
  ]);
});

test('messages are audited where the workspace says so: a row each, with ids and sizes, never twice', async () => {
  const { delivery, audit, policies, mina, ravi, conversation, to } = await twoPeople();
  const post = () => makePost({ sender: mina.session(), conversation, to });
  await delivery.send(mina.session(), post().bytes);
  expect(await audit.find({ actions: ['message.accepted'] }, null, 10)).toEqual([]);

  await policies.write({ audit: 'messages' });
  const posts = Array.from({ length: 20 }, post);
  await Promise.all([...posts, ...posts].map(({ bytes }) => delivery.send(mina.session(), bytes)));
  const rows = await audit.find({ actions: ['message.accepted'] }, null, 100);
  expect(rows.map(({ subject }) => subject).toSorted()).toEqual(posts.map(({ id }) => id).toSorted());
  expect(rows[0]).toMatchObject({
    actor: mina.account,
    detail: { conversation, size: expect.any(Number), recipients: 3 },
  });
  const refused = makePost({ sender: mina.session(), conversation, to: ravi.devices });
  await expect(delivery.send(mina.session(), refused.bytes)).rejects.toThrow();
  const receipt = makePost({ sender: mina.session(), to: ravi.devices });
  await delivery.send(mina.session(), receipt.bytes);
  expect((await audit.verify()).entries).toBe(1 + 20);
});
