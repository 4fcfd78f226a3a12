/** Goes on with whatever is under way: at each start, after each connection, and when something new has come. */
import type { Context } from '../context.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { Single } from '../single.ts';
import { give } from './give.ts';
import { listGivings, listTakings } from './stored.ts';
import { take } from './take.ts';

/** Between two tries when the server is away or wants patience. */
const AGAIN_MS = 15_000;
const WORK = new WeakMap<Context, Single<void>>();

/** Resolves when nothing more can be done now. */
export function goOn(ctx: Context): Promise<void> {
  const single = WORK.get(ctx) ?? new Single(() => once(ctx));
  WORK.set(ctx, single);
  return single.run();
}

async function once(ctx: Context): Promise<void> {
  const steps = [
    ...(await listTakings(ctx.storage)).map(
      ({ id }) =>
        () =>
          take(ctx, id),
    ),
    ...(await listGivings(ctx.storage)).map(
      ({ id }) =>
        () =>
          give(ctx, id),
    ),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof TransportFailed) && !(error instanceof TransportRefused)) throw error;
      ctx.tasks.later('transfers', AGAIN_MS, () => goOn(ctx));
    }
  }
}
