import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { accountId, bodyId, conversationId, deviceId } from '../../contract/bytes.ts';
import { fileId } from '../../contract/files.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { addMessage, orderOf, UNMARKED, updateMessage } from '../history.ts';
import { MemoryDisk, MemoryStorage } from '../memory-storage.ts';
import { Operation } from '../operation.ts';
import type { Storage } from '../ports.ts';
import { HAS_FILE, HAS_LINK } from './entry.ts';
import { foldText } from './fold.ts';
import { buildIndex, foldChanges } from './maintenance.ts';
import type { Wanted } from './match.ts';
import { SearchIndex } from './search-index.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const device = deviceId(filled(16, 3));
const ANY: Wanted = { terms: [], conversations: null, accounts: null, from: 0, until: 1e15, has: 0 };

/** The n-th message; who wrote it where follows from the other two. */
function message(
  n: number,
  where: number,
  text: string,
  kind: HistoryMessage['kind'] = 'text',
): HistoryMessage {
  const at = 1_700_000_000_000 + n * 1000;
  return {
    ...UNMARKED,
    id: bodyId(Uint8Array.from({ length: 16 }, (_, i) => (n >> (8 * i)) & 255)),
    conversation: conversationId(filled(32, where)),
    order: orderOf(at, device, n),
    sender: { account: accountId(filled(16, where + 1)), device },
    mine: false,
    sentAt: at,
    kind,
    text,
    verified: true,
    status: null,
    reason: null,
    note: null,
    suite: 1,
  };
}

async function change(storage: Storage, work: (op: Operation) => unknown): Promise<void> {
  const op = new Operation(storage);
  await work(op);
  await storage.commit(op.changes());
}

async function find(storage: Storage, wanted: Partial<Wanted>, index = new SearchIndex(storage)) {
  await index.refresh();
  return index.search({ ...ANY, ...wanted }, 50);
}

const textsOf = ({ messages }: { messages: readonly HistoryMessage[] }) => messages.map(({ text }) => text);
const sealedText = (disk: MemoryDisk) =>
  [...disk.store('search').values()].map((value) => Buffer.from(value).toString('latin1')).join('\n');

test('finds a part of a word, the newest first, and counts all', async () => {
  const storage = new MemoryStorage();
  await change(storage, (op) => {
    for (const [n, text] of ['The deployment', 'lunch', 'Ployglot?', 'tomás'].entries())
      addMessage(op, message(n, 1, text));
  });
  await buildIndex(storage);
  expect(await find(storage, { terms: ['ploy'] })).toMatchObject({ total: 2, isBuilding: false });
  expect(textsOf(await find(storage, { terms: ['ploy'] }))).toEqual(['Ployglot?', 'The deployment']);
  expect(textsOf(await find(storage, { terms: [foldText('TOMAS')] }))).toEqual(['tomás']);
});

test('what is said, changed and taken back later counts at once, and leaves the segments', async () => {
  const disk = new MemoryDisk();
  const storage = new MemoryStorage(disk);
  await change(storage, (op) => addMessage(op, message(1, 1, 'the secret plan')));
  await change(storage, (op) => addMessage(op, message(2, 1, 'another plan')));
  await buildIndex(storage);
  expect(sealedText(disk)).toContain('secret');
  await change(storage, async (op) => {
    await updateMessage(op, message(1, 1, 'a harmless plan'));
    await updateMessage(op, { ...message(2, 1, ''), kind: 'deleted' });
    addMessage(op, message(3, 1, 'a new plan'));
  });
  const index = new SearchIndex(storage);
  expect(textsOf(await find(storage, { terms: ['plan'] }, index))).toEqual(['a new plan', 'a harmless plan']);
  expect(index.isDue).toBe(true);
  await foldChanges(storage);
  expect(sealedText(disk)).not.toContain('secret');
  expect(sealedText(disk)).not.toContain('another');
  expect(await find(storage, { terms: ['plan'] }, index)).toMatchObject({ total: 2 });
  expect(index.isDue).toBe(false);
  expect(await storage.list('search', { prefix: 'd/' })).toEqual([]);
});

test('a message that only was delivered in between writes no segment anew', async () => {
  const storage = new MemoryStorage();
  await change(storage, (op) => addMessage(op, { ...message(1, 1, 'hello'), status: 'Sent' }));
  await buildIndex(storage);
  const before = await storage.list('search', { prefix: 's/' });
  await change(storage, (op) => updateMessage(op, { ...message(1, 1, 'hello'), status: 'Read' }));
  await foldChanges(storage);
  expect(await storage.list('search', { prefix: 's/' })).toEqual(before);
});

test('an index that is open sees what another tab has worked in', async () => {
  const disk = new MemoryDisk();
  const storage = new MemoryStorage(disk);
  await change(storage, (op) => addMessage(op, message(1, 1, 'first words')));
  await buildIndex(storage);
  const index = new SearchIndex(storage);
  expect(await find(storage, { terms: ['words'] }, index)).toMatchObject({ total: 1 });
  const other = new MemoryStorage(disk);
  await change(other, (op) => addMessage(op, message(2, 2, 'more words')));
  await foldChanges(other);
  expect(await find(storage, { terms: ['words'] }, index)).toMatchObject({ total: 2 });
});

test('a building that is killed after any commit goes on, and two at once make one index', async () => {
  const full = new MemoryDisk();
  const first = new MemoryStorage(full);
  await change(first, (op) => {
    for (let n = 0; n < 9500; n++) addMessage(op, message(n, n % 3, `word ${n}`));
  });
  for (let crash = 1; crash <= 5; crash++) {
    const disk = full.copy();
    const failing = new MemoryStorage(disk, {
      afterCommit: (count) => {
        if (count === crash) throw new Error('killed');
      },
    });
    await buildIndex(failing).catch(() => {});
    const storage = new MemoryStorage(disk);
    await Promise.all([buildIndex(storage), buildIndex(new MemoryStorage(disk))]);
    expect(await find(storage, { terms: ['word'] })).toMatchObject({ total: 9500, isBuilding: false });
  }
}, 60_000);

test('tells how far the building is, never back, and 1 at the end', async () => {
  const storage = new MemoryStorage();
  await change(storage, (op) => {
    for (let n = 0; n < 9000; n++) addMessage(op, message(n, 1, `word ${n}`));
  });
  const shares: number[] = [];
  await buildIndex(storage, (share) => shares.push(share));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.length).toBeGreaterThan(1);
  expect(shares.at(-1)).toBe(1);
}, 20_000);

test('an index of another version is built anew', async () => {
  const storage = new MemoryStorage();
  await change(storage, (op) => addMessage(op, message(1, 1, 'hello')));
  const old = new TextEncoder().encode(
    JSON.stringify({ version: 0, segments: [], nextId: 9, building: null }),
  );
  await storage.commit([{ store: 'search', key: 'directory', value: old }]);
  await buildIndex(storage);
  expect(await find(storage, { terms: ['hello'] })).toMatchObject({ total: 1 });
});

/** Few letters, so that parts of words are often found; with marks, CJK, line breaks and a link. */
const text = fc
  .array(fc.constantFrom('a', 'b', 'é', 'ß', 'ss', ' ', '\n', '会', '議', '😀', 'B', 'https://a.b '), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));
const deed = fc.oneof(
  fc.record({ what: fc.constant('say' as const), n: fc.nat(30), where: fc.nat(3), text }),
  fc.record({ what: fc.constant('delete' as const), n: fc.nat(30), where: fc.nat(3), text }),
  fc.record({ what: fc.constant('fold' as const) }),
  fc.record({ what: fc.constant('build' as const) }),
);

test('whatever was said, changed and deleted, in whatever order: the same as looking at every message', async () => {
  const wish = fc.record({
    terms: fc.array(text.map(foldText), { maxLength: 2 }),
    conversations: fc.option(fc.uniqueArray(fc.nat(3), { maxLength: 2 }), { nil: null }),
    accounts: fc.option(fc.uniqueArray(fc.nat(3), { maxLength: 2 }), { nil: null }),
    from: fc.option(fc.nat(30), { nil: null }),
    has: fc.constantFrom(0, HAS_LINK),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { maxLength: 40 }),
      fc.array(wish, { maxLength: 4 }),
      async (deeds, wishes) => {
        const storage = new MemoryStorage();
        const index = new SearchIndex(storage);
        const now = new Map<number, HistoryMessage>();
        for (const each of deeds) {
          if (each.what === 'fold') await foldChanges(storage);
          else if (each.what === 'build') await buildIndex(storage);
          else {
            const kind = each.what === 'say' ? 'text' : 'deleted';
            const old = now.get(each.n);
            const next = message(
              each.n,
              old ? Number.parseInt(old.conversation.slice(0, 2), 16) : each.where,
              each.text,
              kind,
            );
            await change(storage, (op) => (old ? updateMessage(op, next) : addMessage(op, next)));
            now.set(each.n, next);
          }
        }
        await buildIndex(storage);
        for (const { terms, conversations, accounts, from, has } of wishes) {
          const wanted: Wanted = {
            terms: terms.filter((term) => term !== ''),
            conversations: conversations?.map((where) => conversationId(filled(32, where))) ?? null,
            accounts: accounts?.map((where) => accountId(filled(16, where + 1))) ?? null,
            from: from === null ? 0 : 1_700_000_000_000 + from * 1000,
            until: 1e15,
            has,
          };
          const naive = [...now.values()]
            .filter(
              (each) =>
                each.kind === 'text' &&
                wanted.terms.every((term) => foldText(each.text).includes(term)) &&
                (wanted.conversations === null || wanted.conversations.includes(each.conversation)) &&
                (wanted.accounts === null || wanted.accounts.includes(each.sender.account)) &&
                each.sentAt >= wanted.from &&
                (has === 0 || /\bhttps:/.test(each.text)),
            )
            .sort((a, b) => b.sentAt - a.sentAt);
          const found = await find(storage, wanted, index);
          expect(found.messages.map(({ id }) => id)).toEqual(naive.map(({ id }) => id));
          expect(found.total).toBe(naive.length);
        }
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);

test('files are found by their names and by being there, also those without words', async () => {
  const disk = new MemoryDisk();
  const storage = new MemoryStorage(disk);
  const file: HistoryMessage['files'][number] = {
    id: fileId(filled(16, 1)),
    series: fileId(filled(16, 1)),
    key: filled(32, 2),
    root: filled(32, 3),
    commitment: filled(32, 4),
    name: 'Übersicht Mai.pdf',
    type: 'application/pdf',
    size: 5,
    version: 1,
    previewType: '',
    preview: null,
    width: null,
    height: null,
    duration: null,
    expiresAt: null,
  };
  await change(storage, (op) => {
    addMessage(op, message(1, 1, 'nothing beside'));
    addMessage(op, { ...message(2, 1, ''), files: [file] });
    addMessage(op, { ...message(3, 1, 'please read'), files: [{ ...file, name: 'notes.txt' }] });
  });
  for (const build of [false, true]) {
    if (build) await buildIndex(storage);
    const index = new SearchIndex(storage);
    expect(textsOf(await find(storage, { terms: ['ubersicht'] }, index))).toEqual(['']);
    expect(textsOf(await find(storage, { terms: ['read', 'notes'] }, index))).toEqual(['please read']);
    expect(textsOf(await find(storage, { has: HAS_FILE }, index))).toEqual(['please read', '']);
  }
});
