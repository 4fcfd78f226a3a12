import { afterEach, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type KeptDatabase, keptDatabase } from '../../../test/support/wal.ts';
import { keptGenerations } from '../../ops/wal/kept.ts';
import { CommandFailed } from '../failed.ts';
import { restoreAt } from '../restore-at.ts';
import { momentOf } from './moment.ts';

const MINUTE_MS = 60_000;
let kept: KeptDatabase;
afterEach(() => kept.remove());

/** Two rows, the second one kept by a clock that is so far ahead. */
async function keptAhead(ahead: number): Promise<void> {
  kept = await keptDatabase();
  await kept.write(1);
  await kept.shipper.look(true);
  kept.ahead = ahead;
  await kept.write(2);
  await kept.shipper.look(true);
}

test.each([
  ['segment', 10, 1],
  ['generation', 25 * 60, 2],
])('a %s that is %d minutes ahead is not left out without a word', async (_, minutes, generations) => {
  await keptAhead(minutes * MINUTE_MS);
  const [newest] = await keptGenerations(kept.place);
  expect(await keptGenerations(kept.place)).toHaveLength(generations);
  const until = new Date(newest?.to ?? 0).toISOString();
  const said = restoreAt(['--at', 'latest', kept.place.words, '--data', join(kept.folder, 'back')], {});
  await expect(said).rejects.toThrow(CommandFailed);
  await expect(said).rejects.toThrow(`goes to ${until}, which the clock of this machine`);
  expect((await kept.at(await momentOf(until, kept.place))).numbers).toEqual([1, 2]);
  const now = new Date().toISOString();
  expect((await kept.at(await momentOf(now, kept.place))).numbers).toEqual([1]);
  const later = new Date((newest?.to ?? 0) + 1).toISOString();
  await expect(momentOf(later, kept.place)).rejects.toThrow('has not come yet');
});

test('the latest is the newest that is kept, by clocks that are half a minute apart', async () => {
  for (const ahead of [MINUTE_MS / 2, -MINUTE_MS / 2]) {
    await keptAhead(ahead);
    expect((await kept.at(await momentOf('latest', kept.place))).numbers).toEqual([1, 2]);
    if (ahead > 0) await kept.remove();
  }
});
