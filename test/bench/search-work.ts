/** A long history and somebody who types into the search field, over any storage. */

import { addMessage, orderOf, UNMARKED } from '../../src/client/history.ts';
import { Operation } from '../../src/client/operation.ts';
import type { Storage } from '../../src/client/ports.ts';
import { HistorySearch } from '../../src/client/search/history-search.ts';
import { buildIndex } from '../../src/client/search/maintenance.ts';
import { accountId, bodyId, conversationId, deviceId } from '../../src/contract/bytes.ts';

export interface SearchWork {
  /** Milliseconds: from nothing to an index, from the storage into memory, and from a key to the answer. */
  readonly build: number;
  readonly open: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the index as it is stored, before sealing. */
  readonly bytes: number;
  /** Keys that were pressed. */
  readonly keys: number;
}

const CONVERSATIONS = 40;
const PEOPLE = 60;
const AT_ONCE = 1000;
/** Typed letter by letter: in the middle of words, two words, none, what nearly everything says. */
const TYPED = [
  'ployment',
  'release sig',
  'harbour',
  'from:me te',
  'field note',
  'zzz',
  '会議',
  'e',
  '"on the "',
];

export async function searchWork(storage: Storage, messages: number): Promise<SearchWork> {
  await fill(storage, messages);
  let began = performance.now();
  await buildIndex(storage);
  const build = performance.now() - began;
  began = performance.now();
  const search = new HistorySearch(storage);
  await search.refresh();
  const open = performance.now() - began;
  const times: number[] = [];
  for (const typed of TYPED) {
    for (let length = 1; length <= typed.length; length++) {
      const pressed = performance.now();
      await search.ask(typed.slice(0, length), Date.now(), 50);
      times.push(performance.now() - pressed);
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0);
  const stored = await storage.list('search', { prefix: 's/' });
  return {
    build: Math.round(build),
    open: Math.round(open),
    p50: at(0.5),
    p99: at(0.99),
    bytes: stored.reduce((sum, [, { length }]) => sum + length, 0),
    keys: times.length,
  };
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** The same messages each time: few words often and many seldom, as people write; some CJK, links and names. */
async function fill(storage: Storage, messages: number): Promise<void> {
  const below = randomNumbers();
  const parts =
    'de plo y ment ser ver re lease har bour field no te sig nal mast key ring up da con fig test er ing'.split(
      ' ',
    );
  const vocabulary = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 1 + below(4) }, () => parts[below(parts.length)]).join(''),
  );
  const word = () => vocabulary[Math.floor(vocabulary.length ** (below(1e6) / 1e6)) - 1];
  const extras = ['on the', 'https://sotto.example/plan', '明日の会議です', '#4711', '👍', 'Tomás'];
  const filled = (length: number, n: number) => new Uint8Array(length).fill(n);
  for (let first = 0; first < messages; first += AT_ONCE) {
    const op = new Operation(storage);
    for (let n = first; n < Math.min(messages, first + AT_ONCE); n++) {
      const words = Array.from({ length: 3 + below(24) }, word);
      if (n % 5 === 0) words.push(extras[below(extras.length)]);
      const device = deviceId(filled(16, below(PEOPLE)));
      const sentAt = 1_700_000_000_000 + n * 60_000;
      addMessage(op, {
        ...UNMARKED,
        id: bodyId(Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? (n >> (8 * i)) & 255 : 7))),
        conversation: conversationId(filled(32, below(CONVERSATIONS))),
        order: orderOf(sentAt, device, n),
        sender: { account: accountId(filled(16, below(PEOPLE))), device },
        mine: false,
        sentAt,
        kind: 'text',
        text: words.join(' '),
        verified: true,
        status: null,
        reason: null,
        note: null,
        suite: 1,
      });
    }
    // The building clears the notes of what it reads: a history from before there was an index has none.
    await storage.commit(op.changes().filter(({ store }) => store === 'history'));
  }
}

/** Whole numbers below a limit, always the same ones. */
function randomNumbers(): (limit: number) => number {
  let state = 1;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
