/**
 * What it takes to save a history and to have it on a new device: real storages of the command line on this disk, real keys and
 * seals, a relay in memory. One conversation, with an original of the usual size beside each message.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Home } from '../../src/cli/home.ts';
import { directId } from '../../src/client/conversations.ts';
import type { HistoryMessage } from '../../src/client/engine-types.ts';
import { orderOf, placeMessage, UNMARKED } from '../../src/client/history.ts';
import { Operation } from '../../src/client/operation.ts';
import { writeOriginal } from '../../src/client/originals.ts';
import { STORES, type Storage } from '../../src/client/ports.ts';
import { keepBackupKey } from '../../src/client/self.ts';
import { type MadeDevice, randomBytes, World } from '../../src/client/testing/world.ts';
import { bodyId } from '../../src/contract/bytes.ts';

export interface BackupCost {
  /** Milliseconds. */
  readonly save: number;
  /** Until the newest page can be read, until every message can, and until the signatures are there, too. */
  readonly readable: number;
  readonly all: number;
  readonly originals: number;
  /** Bytes on the server. */
  readonly bytes: number;
}

const BATCH = 500;
/** Header, signature and a short content. */
const ORIGINAL = { header: 120, signature: 3373, content: 420 };

export async function backupCost(messages: number): Promise<BackupCost> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  const homes: Home[] = [];
  const homeOf = async (name: string, { disk }: MadeDevice, key: Uint8Array): Promise<Storage> => {
    const home = Home.open(join(folder, name));
    homes.push(home);
    for (const store of STORES) {
      const changes = [...disk.store(store)].map(([each, value]) => ({ store, key: each, value }));
      await home.storage.commit(changes);
    }
    await keepBackupKey(home.storage, key);
    return home.storage;
  };
  try {
    const world = new World();
    const mina = await world.makePerson('mina', 2);
    const jonas = await world.makePerson('jonas', 1);
    const [one, two] = mina.devices;
    if (one === undefined || two === undefined) throw new Error('no devices');
    const key = randomBytes(32);
    const [first, second] = [await homeOf('first', one, key), await homeOf('second', two, key)];
    world.publish(mina);
    world.publish(jonas);
    world.relay.createConversation(mina.account, [jonas.account]);
    const conversation = directId(mina.account, jonas.account);
    await fill(first, messages, (n) => {
      const account = n % 2 === 0 ? mina.account : jonas.account;
      return {
        conversation,
        account,
        device: one.device,
        mine: n % 2 === 0,
        at: world.time.now - (messages - n) * 1000,
      };
    });
    const a = await world.open(mina, 0, { ports: { storage: first } });
    let began = performance.now();
    await a.engine.backUpNow();
    const save = performance.now() - began;

    const b = await world.open(mina, 1, { ports: { storage: second } });
    await b.engine.sync();
    began = performance.now();
    let readable = 0;
    let all = 0;
    const end = b.engine.subscribe((event) => {
      if (event.type === 'restored') readable ||= performance.now() - began;
      if (event.type === 'restored') all = performance.now() - began;
    });
    await b.engine.backUpNow();
    end();
    const originals = performance.now() - began;
    const view = await b.engine.backup();
    if (view.messages !== messages) throw new Error(`${view.messages} of ${messages} messages came`);
    const bytes = [...world.relay.backups.of(mina.account).segments.values()].reduce(
      (sum, { sealed }) => sum + sealed.length,
      0,
    );
    await world.close();
    return { save, readable, all, originals, bytes };
  } finally {
    for (const home of homes) home.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Said {
  readonly conversation: HistoryMessage['conversation'];
  readonly account: HistoryMessage['sender']['account'];
  readonly device: HistoryMessage['sender']['device'];
  readonly mine: boolean;
  readonly at: number;
}

async function fill(storage: Storage, count: number, said: (n: number) => Said): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const op = new Operation(storage);
    for (let n = from; n < Math.min(count, from + BATCH); n++) {
      const { conversation, account, device, mine, at } = said(n);
      const id = bodyId(randomBytes(16));
      placeMessage(op, {
        id,
        conversation,
        order: orderOf(at, device, n + 1),
        sender: { account, device },
        mine,
        sentAt: at,
        kind: 'text',
        text: `Message ${n}, of the length that people write.`,
        verified: true,
        status: mine ? 'Delivered' : null,
        reason: null,
        note: null,
        suite: 2,
        ...UNMARKED,
      });
      writeOriginal(op, id, {
        header: randomBytes(ORIGINAL.header),
        signature: randomBytes(ORIGINAL.signature),
        content: randomBytes(ORIGINAL.content),
      });
    }
    await storage.commit(op.changes());
  }
}
