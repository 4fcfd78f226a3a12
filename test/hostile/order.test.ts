/**
 * A server that replays, reorders, drops, doubles, reflects and misdelivers, and that lies about what arrived and when
 * (Threema 2023, MTProto 2022). What is said stays what was said, in its sender's order, once.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { toBase64 } from '../../src/contract/bytes.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import { PATHS } from '../../src/contract/paths.ts';
import { decodePost } from '../../src/contract/post.ts';
import type { Delivery } from '../../src/contract/relay.ts';
import { decodeBodyHeader } from '../../src/protocol/body-header.ts';
import { acquaint, Client, randomBytes, settle } from './support/client.ts';
import { flipped } from './support/forgery.ts';
import { HostileServer } from './support/server.ts';

let server: HostileServer;
let ada: Client;
let ben: Client;
let id: ConversationId;
let people = 0;

beforeAll(async () => {
  server = await HostileServer.open();
  ada = await Client.register(server, 'ada');
}, 60_000);
/** Ada and somebody new, whose sessions are answered on both sides. */
beforeEach(async () => {
  ben = await Client.register(server, `ben${++people}`);
  id = await acquaint(ada, ben);
  await ada.send(id, 'hello');
  await ben.hears(id, 'hello');
  await ben.send(id, 'hello too');
  await ada.hears(id, 'hello too');
  ada.events.length = 0;
});
afterEach(async () => {
  server.behave();
  await ben.close();
});
afterAll(async () => {
  await ada.close();
  await server.close();
});

/** What was said after the greetings. */
const heard = async (client: Client) => (await client.texts(id)).filter((text) => !text.startsWith('hello'));
const isWord = (delivery: Delivery) => delivery.class === 1;
const classOf = (post: Uint8Array) => {
  const body = decodePost(post)?.body;
  return body === undefined ? null : decodeBodyHeader(body).header.class;
};

test('every envelope three times, again after coming back and after a restart: shown once [R5]', async () => {
  const all: Delivery[] = [];
  server.deliver((delivery, who) => {
    if (who !== ben.who) return [delivery];
    all.push(delivery);
    return [delivery, delivery, { ...delivery, attempts: 9 }];
  });
  for (const text of ['one', 'two', 'three']) await ada.send(id, text);
  await ben.hears(id, 'three');
  const seen = ben.state('history', 'sessions');
  server.behave();
  // Everything that ever came, under new numbers, in one page.
  server.json<{ envelopes: Delivery[]; more: boolean }>(PATHS.envelopes, (page, { who }) =>
    who === ben.who
      ? { ...page, envelopes: [...page.envelopes, ...all.map((each, i) => ({ ...each, seq: 2 ** 50 + i }))] }
      : page,
  );
  await ben.reconnect();
  await ben.close();
  await ben.open();
  expect(await heard(ben)).toEqual(['one', 'two', 'three']);
  expect(ben.state('history', 'sessions')).toBe(seen);
}, 30_000);

test('deliveries in the reverse order: put in the order in which they were said [R8]', async () => {
  const late: Delivery[] = [];
  server.deliver((delivery, who) => {
    if (who !== ben.who || !isWord(delivery)) return [delivery];
    late.unshift(delivery);
    return late.length < 4 ? [] : late.splice(0);
  });
  const said = ['one', 'two', 'three', 'four'];
  for (const text of said) await ada.send(id, text);
  for (const text of said) await ben.hears(id, text);
  expect(await heard(ben)).toEqual(said);
  // Nothing is missing any more, also when the time for saying so has come.
  ben.time.pass(11 * 60_000);
  await ben.engine.idle();
  expect((await ben.messages(id)).filter(({ kind }) => kind === 'notice')).toEqual([]);
}, 30_000);

test('a message that is kept back is shown as missing after ten minutes, and mended when it comes [R8, R32]', async () => {
  const kept: string[] = [];
  server.deliver((delivery, who) => {
    if (who !== ben.who || !isWord(delivery)) return [delivery];
    if (kept.length === 0) kept.push(delivery.id);
    return kept.includes(delivery.id) ? [] : [delivery];
  });
  await ada.send(id, 'one');
  await ada.send(id, 'two');
  await ben.hears(id, 'two');
  ben.time.pass(9 * 60_000);
  await ben.engine.idle();
  const notices = async () =>
    (await ben.messages(id)).filter(({ kind }) => kind === 'notice').map(({ text }) => text);
  expect(await notices()).toEqual([]);
  await ben.until(async () => {
    ben.time.pass(30_000);
    return (await notices()).length > 0;
  }, 'the gap');
  expect(await notices()).toEqual(['A message is missing here.']);
  server.behave();
  await ben.reconnect();
  await ben.hears(id, 'one');
  expect(await heard(ben)).toEqual(['one', 'two']);
  expect(await notices()).not.toContain('A message is missing here.');
}, 30_000);

test('an envelope that comes back to its sender, or to a device it was not sealed for, stays closed [R5]', async () => {
  const phone = await Client.signIn(server, `ben${people}`, `phone${people}`);
  await ada.reconnect();
  const copies = new Map<string, Delivery>();
  server.deliver((delivery, who) => {
    if (!isWord(delivery) || who === 'ada') return [delivery];
    copies.set(who, delivery);
    return [];
  });
  await ada.send(id, 'for both');
  const [forBen, forPhone] = [copies.get(ben.who), copies.get(phone.who)];
  if (forBen === undefined || forPhone === undefined) throw new Error('nothing came');
  // Own devices tell each other of settings and backups once; none of that comes now, so a session that moves was moved by these.
  server.deliver(() => []);
  await ben.until(async () => ben.state('sessions').includes(phone.device), 'words for the other device');
  await phone.until(async () => phone.state('sessions').includes(ben.device), 'words for the other device');
  const asBen = { account: ben.account, device: ben.device };
  const wrong: readonly (readonly [to: Client, delivery: Delivery, closed: number])[] = [
    [ada, forBen, 0],
    [ada, { ...forBen, sender: asBen }, 0],
    [ben, { ...forBen, envelope: forPhone.envelope }, 1],
    [phone, { ...forPhone, envelope: forBen.envelope }, 1],
  ];
  for (const [i, [to, delivery, closed]] of wrong.entries()) {
    const seq = 2 ** 51 + i;
    const before = to.state('sessions');
    const said = await to.texts(id);
    for (const line of server.linesOf(to.who))
      line.say(JSON.stringify({ event: 'envelope', ...delivery, seq }));
    await to.until(
      async () =>
        server.asked(to.who, PATHS.acknowledgements).some(({ sent }) => text(sent).includes(`${seq}`)),
      'its own acknowledgement',
    );
    expect(to.state('sessions')).toBe(before);
    expect(await to.texts(id)).toEqual(said);
    expect((await to.closed(id)).length).toBe(closed);
  }
  server.behave();
  for (const to of [ben, phone]) {
    await to.reconnect();
    await to.hears(id, 'for both');
    expect(await to.closed(id)).toEqual([]);
  }
  await phone.close();
}, 30_000);

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The server kept this one and had it acknowledged under another message’s id: it is missing, and shown so. */
const LOST = 'another message’s body';
/** What a server can do to an envelope and a body whose insides it cannot read. */
const BENT: readonly (readonly [name: string, bend: (delivery: Delivery, other: Delivery) => Delivery])[] = [
  ['another key', (each) => ({ ...each, envelope: flipped(each.envelope, 30) })],
  ['another number', (each) => ({ ...each, envelope: flipped(each.envelope, 59) })],
  ['another epoch', (each) => ({ ...each, envelope: flipped(each.envelope, 63) })],
  ['another salt', (each) => ({ ...each, envelope: flipped(each.envelope, 64) })],
  ['a changed envelope', (each) => ({ ...each, envelope: flipped(each.envelope, -1) })],
  ['a changed commitment', (each) => ({ ...each, body: flipped(each.body, 130) })],
  ['a changed body', (each) => ({ ...each, body: flipped(each.body, -1) })],
  [LOST, (each, other) => ({ ...each, body: other.body, id: other.id })],
  ['another message’s envelope', (each, other) => ({ ...each, envelope: other.envelope })],
  ['an unknown session', (each) => ({ ...each, envelope: flipped(each.envelope, 5) })],
];

test('whatever is bent stays closed, changes no session, and the server hears the same as of what opens [R9, R11]', async () => {
  let other: Delivery | null = null;
  let bend: (typeof BENT)[number][1] = (each) => each;
  let last: Delivery | null = null;
  server.deliver((delivery, who) => {
    if (who !== ben.who || !isWord(delivery)) return [delivery];
    last = delivery;
    return [other === null ? delivery : bend(delivery, other)];
  });
  await ada.send(id, 'whole');
  await ben.hears(id, 'whole');
  await settle(server, ada, ben);
  other = last;
  ben.delaysFully = true;
  const requests = async (act: () => Promise<unknown>) => {
    const from = server.seen.length;
    await act();
    await ben.until(async () => {
      const asked = server.seen
        .slice(from)
        .filter(({ who, path }) => who === ben.who && path === PATHS.acknowledgements);
      return asked.length > 0;
    }, 'an acknowledgement');
    const told = server.seen.slice(from).filter(({ who }) => who === ben.who);
    return [...new Set(told.map(({ method, path, sent }) => `${method} ${path} ${sent.length}`))];
  };
  bend = (each) => each;
  const usual = await requests(() => ada.send(id, 'whole too'));
  for (const [name, change] of BENT) {
    bend = change;
    const before = ben.state('sessions', 'peers', 'prekeys');
    const asked = await requests(() => ada.send(id, name));
    expect([name, asked]).toEqual([name, usual]);
    expect(ben.state('sessions', 'peers', 'prekeys')).toBe(before);
    expect(await ben.texts(id)).not.toContain(name);
  }
  expect((await ben.closed(id)).length).toBe(BENT.length - 1);
  for (const { reason } of await ben.closed(id)) expect(reason).toMatch(/could not be opened|damaged/);
  // The truth comes later, and everything that was held against it opens.
  server.behave();
  ben.time.pass(61_000);
  for (const [name] of BENT) if (name !== LOST) await ben.hears(id, name);
  expect(await ben.closed(id)).toEqual([]);
  await ben.until(async () => {
    ben.time.pass(60_000);
    return (await ben.messages(id)).some(({ kind }) => kind === 'notice');
  }, 'that one is missing');
}, 60_000);

test('a server that took a message and says it did not gets the same bytes again, and nothing is said twice [R28]', async () => {
  let refusals = 0;
  server.answer(PATHS.messages, (text, { sent }) =>
    classOf(sent) === 1 && refusals++ < 3 ? new Response('<h1>Bad gateway</h1>', { status: 502 }) : text,
  );
  const from = server.asked('ada', PATHS.messages).length;
  const tries = () =>
    server
      .asked('ada', PATHS.messages)
      .slice(from)
      .map(({ sent }) => sent)
      .filter((each) => classOf(each) === 1)
      .map(toBase64);
  await ada.engine.send(id, 'once');
  await ada.until(async () => {
    ada.time.pass(5000);
    return tries().length === 4;
  }, 'the fourth try');
  await ben.hears(id, 'once');
  expect(new Set(tries()).size).toBe(1);
  expect(await heard(ben)).toEqual(['once']);
}, 30_000);

test('a server that delivers a message and then asks for other recipients does not make its sender say it twice [R8]', async () => {
  let lies = 0;
  server.answer(PATHS.messages, (text, { sent }) => {
    if (classOf(sent) !== 1 || lies++ > 0) return text;
    const expected = [{ account: ben.account, device: ben.device }];
    const refusal = { error: 'WrongDevices', message: 'Other ones.', expected };
    return Response.json(refusal, { status: 409 });
  });
  await ada.send(id, 'once');
  await ben.hears(id, 'once');
  await ada.send(id, 'twice');
  await ben.hears(id, 'twice');
  expect(await heard(ben)).toEqual(['once', 'twice']);
  expect(ben.notices('E_EQUIV')).toEqual([]);
  expect(lies).toBe(3);
}, 30_000);

test('a server says that a message was delivered, and nothing more: Read comes from the reader alone [R39]', async () => {
  server.deliver((delivery, who) => (who === ben.who ? [] : [delivery]));
  const message = await ada.send(id, 'kept back');
  for (const line of server.linesOf('ada')) {
    line.say(
      JSON.stringify({ event: 'delivered', id: message.id, account: ben.account, device: ben.device }),
    );
    line.say(JSON.stringify({ event: 'read', id: message.id, account: ben.account, device: ben.device }));
  }
  server.json<unknown[]>(PATHS.statuses, () => [
    { id: message.id, delivered: [ben.device], read: [ben.device], status: 'Read', expired: [], pending: 0 },
  ]);
  await ada.reconnect();
  await ada.until(async () => (await ada.message(message.id)).status === 'Delivered', 'Delivered');
}, 30_000);

test('a server that says somebody’s envelope expired does not get the message sealed for anybody else [R4]', async () => {
  const message = await ada.send(id, 'for Ben');
  await ben.hears(id, 'for Ben');
  const eve = await Client.register(server, `eve${people}`);
  await acquaint(ada, eve);
  const from = server.asked('ada', PATHS.messages).length;
  for (const line of server.linesOf('ada')) {
    line.say(JSON.stringify({ event: 'expired', id: message.id, device: eve.device }));
    line.say(
      JSON.stringify({ event: 'delivered', id: message.id, account: eve.account, device: eve.device }),
    );
  }
  await ada.reconnect();
  expect(server.asked('ada', PATHS.messages).length).toBe(from);
  await eve.close();
}, 30_000);

test('times that are no times are no deliveries: order and dates of what is shown stay whole [R8]', async () => {
  const times = [-1e300, -1, 0.5, 1e300, 8.64e15 + 1];
  let next = 0;
  // Whole ones and broken ones: what stays closed is shown at the relay's time as well.
  server.deliver((delivery, who) => {
    if (who !== ben.who || !isWord(delivery)) return [delivery];
    const acceptedAt = times[next++ % times.length] ?? 0;
    return [
      { ...delivery, acceptedAt, envelope: flipped(delivery.envelope, -1) },
      { ...delivery, acceptedAt },
    ];
  });
  const said = times.map((time) => `at ${time}`);
  for (const each of said) await ada.send(id, each);
  const dated = async () => {
    for (const { order, sentAt } of await ben.messages(id)) {
      expect(order).toMatch(/^\d{15}-[0-9a-f]{32}-\d{12}$/);
      expect(Math.abs(sentAt - Date.now())).toBeLessThan(3600_000);
    }
  };
  await dated();
  server.behave();
  await ben.reconnect();
  for (const each of said) await ben.hears(id, each);
  expect(await heard(ben)).toEqual(said);
  await dated();
}, 30_000);

test('a server that names a time to come back in a thousand years is not asked a thousand times a second', async () => {
  server.answer(PATHS.messages, (text, { who }) => {
    if (who !== 'ada') return text;
    const refusal = { error: 'RateLimitExceeded', message: 'Later.', retry_after: 3e10 };
    return Response.json(refusal, { status: 429 });
  });
  const from = server.asked('ada', PATHS.messages).length;
  const message = await ada.send(id, 'later');
  for (let i = 0; i < 20; i++) await ben.engine.sync();
  expect(server.asked('ada', PATHS.messages).length - from).toBeLessThan(4);
  server.behave();
  // An hour at the most; and any reason to try again is taken.
  ada.time.pass(3600_000);
  await ben.hears(id, 'later');
  expect((await ada.message(message.id)).status).not.toBe('Failed');
}, 30_000);

test('numbers of envelopes that are no numbers are asked for no further', async () => {
  let pages = 0;
  server.json<{ envelopes: Delivery[]; more: boolean }>(PATHS.envelopes, ({ envelopes }, { who }) => {
    if (who !== ben.who) return { envelopes, more: false };
    pages++;
    const [first] = [...envelopes, fake()];
    return { envelopes: first === undefined ? [] : [{ ...first, seq: -pages }], more: true };
  });
  await ben.reconnect();
  expect(pages).toBe(1);
  expect(await heard(ben)).toEqual([]);
}, 30_000);

/** A delivery of random bytes. */
function fake(): Delivery {
  return {
    seq: 1,
    id: randomBytes(16).toHex() as Delivery['id'],
    class: 1,
    conversation: id,
    sender: { account: ada.account, device: ada.device },
    acceptedAt: 1,
    attempts: 1,
    body: toBase64(randomBytes(3797)),
    envelope: toBase64(randomBytes(176)),
  };
}
