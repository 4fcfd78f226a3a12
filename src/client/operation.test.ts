import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { MemoryDisk, MemoryStorage } from './memory-storage.ts';
import { Operation, sortable } from './operation.ts';

const value = (text: string) => new TextEncoder().encode(text);

test('an operation sees its own writes as the storage will show them after the commit', async () => {
  const key = fc.constantFrom('a/1', 'a/2', 'a/3', 'a/4', 'b/1');
  const writes = fc.array(fc.tuple(key, fc.option(fc.string({ maxLength: 3 }))), { maxLength: 8 });
  const range = fc.record(
    {
      prefix: fc.constantFrom('', 'a/', 'b/'),
      before: key,
      after: key,
      reverse: fc.boolean(),
      limit: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: ['prefix'] },
  );
  await fc.assert(
    fc.asyncProperty(writes, writes, range, async (first, then, asked) => {
      const storage = new MemoryStorage();
      const write = (op: Operation, all: typeof first) => {
        for (const [at, text] of all) {
          if (text === null) op.remove('history', at);
          else op.writeBytes('history', at, value(text));
        }
      };
      const before = new Operation(storage);
      write(before, first);
      await storage.commit(before.changes());
      const op = new Operation(storage);
      write(op, then);
      const seen = await op.list('history', asked);
      const got = await op.get('history', 'a/1');
      await storage.commit(op.changes());
      expect(seen).toEqual(await storage.list('history', asked));
      expect(got).toEqual(await storage.get('history', 'a/1'));
    }),
  );
});

test('numbers in keys sort as numbers do', () => {
  const ordered = [0, 1, 9, 10, 255, 256, 2 ** 32, Number.MAX_SAFE_INTEGER];
  expect(ordered.map(sortable).sort()).toEqual(ordered.map(sortable));
});

test('exclusive operations run one at a time over every storage of a disk, also after one has failed', async () => {
  const disk = new MemoryDisk();
  const [one, two] = [new MemoryStorage(disk), new MemoryStorage(disk)];
  const log: string[] = [];
  const work = (name: string, fails: boolean) => async () => {
    log.push(`${name} in`);
    await Promise.resolve();
    log.push(`${name} out`);
    if (fails) throw new Error(name);
  };
  const results = await Promise.allSettled([
    one.exclusive(work('a', false)),
    two.exclusive(work('b', true)),
    one.exclusive(work('c', false)),
  ]);
  expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
