import { expect, test } from 'bun:test';
import { accountId } from '../contract/bytes.ts';
import { PresenceNodes } from './presence-nodes.ts';

const [mina, ravi, zoe] = [1, 2, 3].map((byte) => accountId(new Uint8Array(16).fill(byte)));
if (!mina || !ravi || !zoe) throw new Error('nobody is there');

test('somebody is as they are where they are most, and what is said again changes nothing', () => {
  const nodes = new PresenceNodes();
  expect(nodes.hear('a', false, [[mina, 'away']])).toEqual([mina]);
  expect(nodes.hear('b', false, [[mina, 'online']])).toEqual([mina]);
  expect(nodes.stateOf(mina)).toBe('online');
  expect(nodes.hear('b', false, [[mina, 'online']])).toEqual([]);
  nodes.hear('b', false, [[mina, 'offline']]);
  expect(nodes.stateOf(mina)).toBe('away');
  expect(nodes.stateOf(ravi)).toBe('offline');
});

test('the whole takes the place of what was said before', () => {
  const nodes = new PresenceNodes();
  nodes.hear('a', true, [
    [mina, 'online'],
    [ravi, 'away'],
  ]);
  const changed = nodes.hear('a', true, [
    [ravi, 'away'],
    [zoe, 'online'],
  ]);
  expect(changed.toSorted()).toEqual([mina, zoe].toSorted());
  expect([mina, ravi, zoe].map((account) => nodes.stateOf(account))).toEqual(['offline', 'away', 'online']);
});

test('a node that is gone takes its people along, and nobody else', () => {
  const nodes = new PresenceNodes();
  nodes.hear('a', true, [[mina, 'online']]);
  nodes.hear('b', true, [
    [mina, 'away'],
    [ravi, 'online'],
  ]);
  expect(nodes.drop('b').toSorted()).toEqual([mina, ravi].toSorted());
  expect(nodes.drop('b')).toEqual([]);
  expect([nodes.stateOf(mina), nodes.stateOf(ravi)]).toEqual(['online', 'offline']);
  nodes.forget(mina);
  expect(nodes.stateOf(mina)).toBe('offline');
});
