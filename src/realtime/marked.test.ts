import { expect, test } from 'bun:test';
import { conversation, envelope, holdsHubContract, laptop, mina } from '../../test/support/hub-contract.ts';
import { until } from '../../test/support/until.ts';
import { silent } from '../ops/log.ts';
import { createMarkedHub } from './marked.ts';

const QUICK = { missed: 20, anyway: 60_000 };

function markOf() {
  let mark = 0;
  return {
    note: async () => ({ before: String(mark++), now: String(mark) }),
    read: async () => String(mark),
  };
}

holdsHubContract('one node on a database of several', async () => {
  const hub = createMarkedHub(markOf(), silent);
  return { here: hub, there: hub, close: () => hub.close() };
});

test('nodes that cannot tell each other look again, whoever has something to tell; those who told it do not', async () => {
  const mark = markOf();
  const [a, b] = [createMarkedHub(mark, silent, QUICK), createMarkedHub(mark, silent, QUICK)];
  let [missedA, missedB] = [0, 0];
  a.onMissed(() => missedA++);
  b.onMissed(() => missedB++);
  a.tell({ type: 'members', conversation });
  await until(() => missedB === 1, 'members');
  a.publish(envelope(laptop, 1));
  await until(() => missedB === 2, 'a message');
  a.publish({ type: 'typing', account: mina, conversation, by: mina });
  expect(missedA).toBe(0);
  // Both at once: neither covers the other's mark.
  a.tell({ type: 'policies' });
  b.tell({ type: 'policies' });
  await until(() => missedA >= 1 && missedB >= 3, 'both');
  await Promise.all([a.close(), b.close()]);
});
