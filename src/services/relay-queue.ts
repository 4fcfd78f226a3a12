/**
 * The relay's queue: everything that sockets and requests hand in during one turn of the event loop becomes one write.
 * One transaction and one sync serve hundreds of messages, and order is the order of arrival.
 */
import type { Accepted } from '../contract/relay.ts';
import type { Hub } from '../realtime/hub.ts';
import { type Db, DbUnavailable, type Tx } from '../store/db.ts';
import type { AcknowledgeWork } from './relay-acknowledge.ts';
import type { BatchResult, Outcome, SendWork, Work } from './relay-batch.ts';

export interface RelayQueue {
  send(work: SendWork): Promise<Accepted>;
  acknowledge(work: AcknowledgeWork): Promise<void>;
}

interface Waiting {
  readonly work: Work;
  readonly settle: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Pieces of work in one transaction at most, so that the first of them does not wait for long. */
const MAX_BATCH = 1024;

/** Acknowledgements travel with the next message, or alone after this time: nobody waits for them as for a message. */
const ACKNOWLEDGE_DELAY_MS = 10;

export function createRelayQueue(
  db: Db,
  hub: Hub,
  store: (tx: Tx, batch: readonly Work[]) => Promise<BatchResult>,
): RelayQueue {
  const queue: Waiting[] = [];
  let running = false;
  let timer: ReturnType<typeof setTimeout> | null = null;

  return {
    send: (work) =>
      new Promise((resolve, reject) => {
        enqueue({
          work,
          settle(outcome) {
            if ('refused' in outcome) reject(outcome.refused);
            else if (outcome.accepted) resolve(outcome.accepted);
          },
          reject,
        });
      }),
    acknowledge: (work) =>
      new Promise((resolve, reject) => {
        enqueue({ work, settle: () => resolve(), reject });
      }),
  };

  function enqueue(waiting: Waiting): void {
    queue.push(waiting);
    if (running) return;
    if (waiting.work.kind === 'send') start();
    else timer ??= setTimeout(start, ACKNOWLEDGE_DELAY_MS);
  }

  function start(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    running = true;
    void drain();
  }

  async function drain(): Promise<void> {
    do {
      let batch: Waiting[] | null = null;
      await commit(() => {
        // Taken when the transaction begins, and the same again when it is repeated.
        batch ??= queue.splice(0, MAX_BATCH);
        return batch;
      });
    } while (queue.some(({ work }) => work.kind === 'send'));
    running = false;
    if (queue.length > 0) timer ??= setTimeout(start, ACKNOWLEDGE_DELAY_MS);
  }

  async function commit(take: () => readonly Waiting[]): Promise<void> {
    try {
      const { outcomes, events } = await db.write((tx) =>
        store(
          tx,
          take().map(({ work }) => work),
        ),
      );
      for (const event of events) hub.publish(event);
      for (const [index, waiting] of take().entries()) {
        const outcome = outcomes[index];
        if (outcome) waiting.settle(outcome);
      }
    } catch (error) {
      const batch = take();
      // One post that breaks its transaction must not take the others with it.
      if (batch.length > 1 && !(error instanceof DbUnavailable))
        for (const waiting of batch) await commit(() => [waiting]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
