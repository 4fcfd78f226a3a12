import { expect, test } from 'bun:test';
import { addPerson, countRows, openRelay, someConversation } from '../../test/support/relay.ts';
import { accountId, conversationId, fromHex } from '../contract/bytes.ts';
import { directConversationId } from '../protocol/roster.ts';
import { Refusal } from './refusal.ts';

async function refused(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

test('a direct conversation has the id that its two members imply, and exists once', async () => {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock());
  const ravi = await addPerson(relay.db, relay.clock());
  const created = await relay.conversations.createDirect(mina.session(), ravi.account);
  expect(created).toEqual({
    id: conversationId(directConversationId(fromHex(mina.account), fromHex(ravi.account))),
    kind: 'direct',
    members: [mina.account, ravi.account].sort(),
    epoch: 0,
    lastActivity: relay.clock(),
  });
  relay.clock.advance(1000);
  const again = await Promise.all([
    relay.conversations.createDirect(ravi.session(), mina.account),
    relay.conversations.createDirect(mina.session(), ravi.account),
  ]);
  expect(again).toEqual([created, created]);
  expect(await countRows(relay.db, 'conversations')).toBe(1);
  expect(await countRows(relay.db, 'members')).toBe(2);
  expect(relay.events).toEqual([
    { type: 'conversation', account: created.members[0] ?? mina.account, id: created.id },
    { type: 'conversation', account: created.members[1] ?? ravi.account, id: created.id },
  ]);
});

test('two that start it at the same moment get the same one, and it is told once', async () => {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock());
  const ravi = await addPerson(relay.db, relay.clock());
  const [one, two] = await Promise.all([
    relay.conversations.createDirect(mina.session(), ravi.account),
    relay.conversations.createDirect(ravi.session(), mina.account),
  ]);
  expect(one).toEqual(two);
  expect(relay.events).toHaveLength(2);
});

test('with oneself there is one conversation, of one member', async () => {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock());
  const { id, members } = await relay.conversations.createDirect(mina.session(), mina.account);
  expect(id).toBe(conversationId(directConversationId(fromHex(mina.account), fromHex(mina.account))));
  expect(members).toEqual([mina.account]);
  expect((await relay.conversations.createDirect(mina.session(), mina.account)).id).toBe(id);
  expect(await countRows(relay.db, 'members')).toBe(1);
  expect(relay.events).toEqual([{ type: 'conversation', account: mina.account, id }]);
});

test('unknown and disabled people are refused with a sentence, and nothing is written', async () => {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock());
  const gone = await addPerson(relay.db, relay.clock(), 1, 'Gone');
  await relay.db.write((tx) => tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [gone.account]));
  const cases = [
    [accountId(new Uint8Array(16)), 'NotFound'],
    [gone.account, 'Forbidden'],
  ] as const;
  for (const [person, name] of cases) {
    const { body } = await refused(relay.conversations.createDirect(mina.session(), person));
    expect(body.error).toBe(name);
    expect(body.message).toMatch(/^[A-Z].*\.$/);
  }
  expect(await countRows(relay.db, 'conversations')).toBe(0);
});

test('an existing conversation stays open when the other account was disabled', async () => {
  const relay = await openRelay();
  const mina = await addPerson(relay.db, relay.clock());
  const ravi = await addPerson(relay.db, relay.clock());
  const created = await relay.conversations.createDirect(mina.session(), ravi.account);
  await relay.db.write((tx) => tx.run('UPDATE accounts SET disabled = 1 WHERE id = $1', [ravi.account]));
  expect(await relay.conversations.createDirect(mina.session(), ravi.account)).toEqual(created);
});

test('everybody finds only their own', async () => {
  const relay = await openRelay();
  const people = await Promise.all([1, 2, 3].map(() => addPerson(relay.db, relay.clock())));
  const [mina, ravi, eve] = people;
  if (!mina || !ravi || !eve) throw new Error('nobody');
  const { id } = await relay.conversations.createDirect(mina.session(), ravi.account);
  relay.clock.advance(1);
  const { id: later } = await relay.conversations.createDirect(mina.session(), eve.account);
  expect((await relay.conversations.list(mina.account)).map((record) => record.id)).toEqual([later, id]);
  expect((await relay.conversations.list(eve.account)).map((record) => record.id)).toEqual([later]);
  expect((await relay.conversations.find(ravi.account, id)).id).toBe(id);
  const foreign = await refused(relay.conversations.find(eve.account, id));
  const unknown = await refused(relay.conversations.find(eve.account, someConversation()));
  expect(foreign.body).toEqual(unknown.body);
  expect(foreign.body.error).toBe('NotFound');
});
