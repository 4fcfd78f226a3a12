/** Mail against a real SMTP server, a real database and a clock that is moved. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { startApp, type TestApp } from '../../test/support/app.ts';
import { addGroup } from '../../test/support/files.ts';
import { type MailServerFixture, startMailServer } from '../../test/support/mail-server.ts';
import { addPerson, makePost, type Someone } from '../../test/support/relay.ts';
import { createMailer } from '../ops/mailer.ts';
import { auditOf } from '../store/audit.ts';
import { createMail, type Mail } from './mail.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FROM = 'Sotto <sotto@example.org>';

let app: TestApp;
let server: MailServerFixture;
let mail: Mail;
let ada: Someone;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  server = await startMailServer();
  mail = mailBy(server.url);
  ada = await addPerson(app.deps.db, 0, 1, 'Ada Kern');
});
afterEach(async () => {
  mail.close();
  await app.deps.db.write((tx) => tx.run('DELETE FROM mail_outbox'));
  await app.deps.db.write((tx) => tx.run('DELETE FROM mail_addresses'));
  await server.close();
});

const mailBy = (url: string): Mail =>
  createMail(app.deps, {
    audit: app.deps.services.audit,
    origin: () => 'https://chat.example.org',
    mailer: createMailer({ url, from: FROM }),
  });

const codeIn = (text: string): string => /^\d{8}$/m.exec(text)?.[0] ?? '';

async function verified(someone: Someone, address = 'ada@example.org', language = 'en'): Promise<void> {
  await mail.setAddress(someone.account, address, language);
  await mail.deliver();
  await mail.verify(someone.account, codeIn(server.arrived.at(-1)?.text ?? ''));
  server.arrived.length = 0;
}

const notice = { kind: 'new-place', agent: 'sotto-test', address: '192.0.2.7', at: 0 } as const;
const notify = (someone: Someone) =>
  app.deps.db.write((tx) => mail.notify(tx, someone.account, { ...notice, at: app.deps.clock() }));

test('an address is proved by the code that was sent to it', async () => {
  await mail.setAddress(ada.account, ' ada@example.org ', 'en');
  expect(await mail.settings(ada.account)).toMatchObject({ address: 'ada@example.org', verified: false });
  await notify(ada);
  expect(await mail.deliver()).toBe(1);

  const [letter] = server.arrived;
  expect(letter).toMatchObject({ from: 'sotto@example.org', to: ['ada@example.org'] });
  expect(letter?.headers.get('auto-submitted')).toBe('auto-generated');
  const code = codeIn(letter?.text ?? '');
  expect(letter?.headers.get('subject')).toContain(code);

  const wrong = code === '00000000' ? '00000001' : '00000000';
  expect(mail.verify(ada.account, wrong)).rejects.toThrow('not the code');
  await mail.verify(ada.account, `${code.slice(0, 4)} ${code.slice(4)}`);
  expect(await mail.settings(ada.account)).toMatchObject({ verified: true });
  const noted = await auditOf(app.deps.db, ada.account);
  expect(noted.map(({ action }) => action)).toEqual(['mail.added', 'mail.verified']);
  expect(noted.map(({ detail }) => detail).join()).not.toContain('example.org');
});

test('five wrong codes, half an hour, or another account make a code worthless', async () => {
  await mail.setAddress(ada.account, 'ada@example.org', 'en');
  await mail.deliver();
  const code = codeIn(server.arrived[0]?.text ?? '');
  const wrong = code === '00000000' ? '00000001' : '00000000';
  const mina = await addPerson(app.deps.db, 0);
  expect(mail.verify(mina.account, code)).rejects.toThrow('too old');
  for (let tries = 0; tries < 5; tries++) await mail.verify(ada.account, wrong).catch(() => undefined);
  expect(mail.verify(ada.account, code)).rejects.toThrow('too many tries');

  await mail.setAddress(ada.account, 'ada@example.org', 'en');
  await mail.deliver();
  app.pass(31 * MINUTE);
  expect(mail.verify(ada.account, codeIn(server.arrived[1]?.text ?? ''))).rejects.toThrow('too old');
});

test.each([
  '',
  'ada',
  'ada@',
  'a@b, c@d',
  'ada@example.org\r\nBcc: x@y.z',
  'Ada <ada@example.org>',
  `a@${'b'.repeat(260)}`,
])('no address: %p', async (typed) => {
  expect(mail.setAddress(ada.account, typed, 'en')).rejects.toThrow('address');
  expect(await app.count('mail_outbox')).toBe(0);
});

test('what did not happen is not told, and what did is, in the language of the person', async () => {
  await verified(ada, 'ada@example.org', 'de');
  const failed = app.deps.db.write(async (tx) => {
    await mail.notify(tx, ada.account, { kind: 'role', role: 'admin', at: 0 });
    throw new Error('rolled back');
  });
  expect(failed).rejects.toThrow('rolled back');
  await failed.catch(() => undefined);
  await notify(ada);
  await mail.deliver();
  expect(server.arrived).toHaveLength(1);
  const [letter] = server.arrived;
  expect(letter?.headers.get('content-language')).toBe('de');
  expect(letter?.headers.get('subject')).toBe('Neue Anmeldung bei Sotto');
  expect(letter?.text).toContain('192.0.2.7');
});

test('a server that is away, or says later, gets the same letter again', async () => {
  await verified(ada);
  await notify(ada);
  server.refuseWith('451 Try again later');
  expect(await mail.deliver()).toBe(0);
  expect(await mail.state()).toMatchObject({ waiting: 1, failing: expect.stringContaining('451') });
  // Not at once.
  server.refuseWith(null);
  expect(await mail.deliver()).toBe(0);
  expect(server.arrived).toHaveLength(0);

  const port = Number(new URL(server.url).port);
  await server.close();
  app.pass(6 * MINUTE);
  expect(await mail.deliver()).toBe(0);
  expect(await mail.state()).toMatchObject({ waiting: 1 });

  server = await startMailServer({}, port);
  app.pass(HOUR);
  expect(await mail.deliver()).toBe(1);
  expect(server.arrived).toHaveLength(1);
  expect(await mail.state()).toEqual({ waiting: 0, oldest: null, failing: null });
});

test('a process that dies with a letter in its hands leaves it to the next, under the same id', async () => {
  await verified(ada);
  await notify(ada);
  const [row] = await app.deps.db.read<{ id: string }>('SELECT id FROM mail_outbox');
  let take: () => void = () => undefined;
  const handed = new Promise<void>((resolve) => {
    take = resolve;
  });
  const dying = createMail(app.deps, {
    audit: app.deps.services.audit,
    origin: () => 'https://chat.example.org',
    mailer: {
      send() {
        take();
        return new Promise(() => undefined);
      },
      check: async () => undefined,
      close: () => undefined,
    },
  });
  void dying.deliver();
  await handed;
  expect(await mail.deliver()).toBe(0);
  app.pass(11 * MINUTE);
  expect(await mail.deliver()).toBe(1);
  expect(server.arrived[0]?.headers.get('message-id')).toBe(`<${row?.id}@example.org>`);
});

test('whoever gives another address, or none, takes no warning away from the one before, which is told of it', async () => {
  const told = async () => {
    await mail.deliver();
    const letters = server.arrived.splice(0);
    return letters.map(({ to, text }) => [to.join(), text.split('\n')[0]]);
  };
  await verified(ada);
  await notify(ada);
  await mail.setAddress(ada.account, 'eve@example.org', 'en');
  expect((await told()).toSorted()).toEqual([
    ['ada@example.org', expect.stringContaining('Mail about your account goes to another address')],
    ['ada@example.org', expect.stringContaining('a place that it was not used from before')],
    ['eve@example.org', expect.stringContaining('Somebody gave this address')],
  ]);
  // It was never proved: nothing is told there.
  await mail.setAddress(ada.account, 'mallory@example.org', 'en');
  await mail.remove(ada.account);
  expect(await told()).toEqual([]);

  await verified(ada);
  await notify(ada);
  await mail.remove(ada.account);
  expect((await told()).toSorted()).toEqual([
    ['ada@example.org', expect.stringContaining('No more mail about your account')],
    ['ada@example.org', expect.stringContaining('a place that it was not used from before')],
  ]);
});

test('an address that is refused for good is said, and not tried again', async () => {
  await verified(ada);
  await notify(ada);
  server.refuseWith('550 No such person here');
  expect(await mail.deliver()).toBe(0);
  expect(await app.count('mail_outbox')).toBe(0);
  expect((await mail.settings(ada.account))?.problem).toContain('550');
  // A new address is a new start.
  await mail.setAddress(ada.account, 'kern@example.org', 'en');
  expect(await mail.settings(ada.account)).toMatchObject({ problem: '', verified: false });
});

test('a letter that nobody took for two days is no news any more', async () => {
  await verified(ada);
  await notify(ada);
  server.refuseWith('451 Try again later');
  for (let tries = 0; tries < 12; tries++) {
    app.pass(6 * HOUR);
    await mail.deliver();
  }
  expect(await app.count('mail_outbox')).toBe(0);
});

test('of what a mail server says, however much it is, a line is kept', async () => {
  await verified(ada);
  await notify(ada);
  server.refuseWith(`451 ${'x'.repeat(450)}`);
  await mail.deliver();
  expect((await mail.state()).failing?.length).toBeLessThanOrEqual(200);
  app.pass(49 * HOUR);
  await mail.deliver();
  expect((await mail.settings(ada.account))?.problem.length).toBeLessThanOrEqual(200);
});

test('a password is never sent in the clear', async () => {
  const plain = await startMailServer({ disabledCommands: ['STARTTLS'] });
  const secret = mailBy(plain.url.replace('//', '//user:open%20sesame@'));
  await secret.setAddress(ada.account, 'ada@example.org', 'en');
  expect(await secret.deliver()).toBe(0);
  expect(plain.signedIn).toEqual([]);
  expect(plain.arrived).toEqual([]);
  expect((await secret.state()).failing).not.toContain('sesame');
  secret.close();
  await plain.close();
});

test('waiting messages are counted once a day, when no device has fetched them for an hour', async () => {
  const { db, services } = app.deps;
  const [mina, both] = [await addPerson(db, 0), await addPerson(db, 0, 2)];
  const group = await addGroup(db, app.deps.clock(), [mina, both]);
  await verified(both, 'both@example.org');
  const send = async () => {
    const post = makePost({ sender: mina.session(), conversation: group, to: both.devices });
    await services.delivery.send(mina.session(), post.bytes);
    return post.id;
  };
  const told = async () => {
    await mail.digest();
    await mail.deliver();
    return server.arrived.splice(0).map(({ headers, text }) => `${headers.get('subject')}\n${text}`);
  };

  app.pass(24 * HOUR);
  await send();
  const second = await send();
  expect(await told()).toEqual([]);
  app.pass(HOUR + MINUTE);
  const [letter = '', ...more] = await told();
  expect(more).toEqual([]);
  expect(letter).toStartWith('2 messages wait for you in Sotto');
  expect(letter).not.toContain(second);

  await send();
  app.pass(2 * HOUR);
  expect(await told()).toEqual([]);
  app.pass(22 * HOUR);
  expect(await told()).toHaveLength(1);

  // One device is enough.
  const [first] = both.devices;
  if (!first) throw new Error('no device');
  await db.write((tx) => tx.run('DELETE FROM envelopes WHERE device = $1', [first]));
  app.pass(25 * HOUR);
  expect(await told()).toEqual([]);

  await send();
  await mail.setDigest(both.account, false);
  app.pass(25 * HOUR);
  expect(await told()).toEqual([]);
});

test('two nodes that count at once write one letter', async () => {
  const { db, services } = app.deps;
  const [mina, both] = [await addPerson(db, 0), await addPerson(db, 0, 2)];
  const group = await addGroup(db, app.deps.clock(), [mina, both]);
  await verified(both, 'both@example.org');
  const post = makePost({ sender: mina.session(), conversation: group, to: both.devices });
  await services.delivery.send(mina.session(), post.bytes);
  app.pass(25 * HOUR);
  const other = mailBy(server.url);
  await Promise.all([mail.digest(), other.digest()]);
  other.close();
  expect(await app.count('mail_outbox')).toBe(1);
});

test('nobody’s outbox grows without an end', async () => {
  await verified(ada);
  for (let n = 0; n < 40; n++) await notify(ada);
  expect(await app.count('mail_outbox')).toBe(20);
  // What tells of the account stays when the address goes, and is no more than before.
  await mail.remove(ada.account);
  expect(await app.count('mail_outbox')).toBe(20);
  expect(await mail.settings(ada.account)).toBeNull();
});
