/**
 * The relay as a process of its own that can be told to die at a step: before any statement, before the commit, after
 * the commit, before any event, before the answer. Its parent talks to it over IPC.
 */
import type { DeviceSession } from '../../src/auth/sessions.ts';
import type { ConversationId } from '../../src/contract/ids.ts';
import type { Db, Tx } from '../../src/store/db.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { openRelay } from './relay.ts';

export type Order =
  /** Die when this many more steps were taken; 0 is never. */
  | { readonly do: 'arm'; readonly steps: number }
  | { readonly do: 'send'; readonly session: DeviceSession; readonly posts: readonly string[] }
  | { readonly do: 'acknowledge'; readonly session: DeviceSession; readonly seqs: readonly number[] }
  /** The next event of a group, or without an id the first one of a new group; in base64. */
  | {
      readonly do: 'roster';
      readonly session: DeviceSession;
      readonly id: ConversationId | null;
      readonly event: string;
    };

export type Report =
  | { readonly kind: 'ready' }
  /** One post or roster event was answered. */
  | { readonly kind: 'accepted'; readonly id: string }
  | { readonly kind: 'done' };

let left = 0;

/** One step; at the last one the process ends as a power cut would end it. */
function step(): void {
  if (left > 0 && --left === 0) process.kill(process.pid, 'SIGKILL');
}

function dangerous(db: Db): Db {
  const wrap = (tx: Tx): Tx => ({
    all: (sql, params) => {
      step();
      return tx.all(sql, params);
    },
    get: (sql, params) => {
      step();
      return tx.get(sql, params);
    },
    run: (sql, params) => {
      step();
      return tx.run(sql, params);
    },
  });
  return {
    read: (sql, params) => db.read(sql, params),
    async write(change) {
      const value = await db.write(async (tx) => {
        const result = await change(wrap(tx));
        step();
        return result;
      });
      step();
      return value;
    },
    close: () => db.close(),
  };
}

const path = process.argv[2];
if (path && process.send) {
  const say = (report: Report) => process.send?.(report);
  const relay = await openRelay(path, dangerous(openSqlite(path)));
  relay.events.push = () => {
    step();
    return 0;
  };
  process.on('message', async (order: Order) => {
    if (order.do === 'arm') left = order.steps;
    if (order.do === 'send')
      await Promise.all(
        order.posts.map(async (post) => {
          const { id } = await relay.delivery.send(order.session, Uint8Array.fromBase64(post));
          step();
          say({ kind: 'accepted', id });
        }),
      );
    if (order.do === 'acknowledge') await relay.delivery.acknowledge(order.session, order.seqs);
    if (order.do === 'roster') {
      const event = Uint8Array.fromBase64(order.event);
      const { id } =
        order.id === null
          ? await relay.rosters.create(order.session, event)
          : await relay.rosters.append(order.session, order.id, event);
      step();
      say({ kind: 'accepted', id });
    }
    say({ kind: 'done' });
  });
  say({ kind: 'ready' });
}
