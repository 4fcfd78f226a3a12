import { expect, test } from 'bun:test';
import { until } from '../../test/support/until.ts';
import { createLog } from '../ops/log.ts';
import { RedisWay } from './redis-way.ts';

test('an address that the client does not take is Redis being away, and no end of the process', async () => {
  let said = '';
  const log = createLog('warn', Date.now, (line) => {
    said += line;
  });
  const end = { onMessage: () => {}, onOpen: () => {}, onAway: () => {} };
  const way = new RedisWay('redis://127.0.0.1:1/hidden', end, log);
  way.open();
  await until(() => said.includes('redis is away'), 'it is said');
  expect(said).not.toContain('hidden');
  way.close();
});
