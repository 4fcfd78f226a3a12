/** Posts what waits between devices: sealed when its turn comes, the identical bytes until the outcome is known. */
import type { WrongDevicesBody } from '../contract/errors.ts';
import type { DeviceId } from '../contract/ids.ts';
import { type Claimed, claimInto } from './bundles.ts';
import type { Context } from './context.ts';
import { sealErrand } from './errands.ts';
import { updateLog } from './log-update.ts';
import type { Operation } from './operation.ts';
import { type Errand, readErrand, readPost, removeEntry, removePost, writeErrand } from './outbox.ts';
import { TransportRefused } from './ports.ts';

/** Rounds of claiming, sealing and posting in one pass. */
const ROUNDS = 6;
/** Refusals that no repetition changes. */
export const FINAL: readonly number[] = [400, 403, 404, 409, 413];

/** Posts one errand. Throws TransportFailed, or TransportRefused when trying again later may help. */
export async function deliverErrand(ctx: Context, n: number): Promise<void> {
  const bundles = new Map<DeviceId, Claimed>();
  for (let round = 0; round < ROUNDS; round++) {
    const errand = await readErrand(ctx.storage, n);
    if (errand === null) return;
    if (errand.sealed) {
      await postErrand(ctx, errand);
      continue;
    }
    const outcome = await ctx.operate((op) => sealErrand(op, ctx, n, bundles));
    if (outcome.kind === 'bundles') await claimInto(ctx, bundles, outcome.targets);
    if (outcome.kind === 'gone') return;
    if (outcome.kind === 'log') {
      await updateLog(ctx);
      // It waits in the outbox.
      if (ctx.log.head === null) return;
    }
  }
}

async function postErrand(ctx: Context, errand: Errand): Promise<void> {
  const post = await readPost(ctx.storage, errand.n);
  let expected: WrongDevicesBody['expected'] | null = null;
  if (post !== null) {
    try {
      await ctx.transport.post(post);
    } catch (error) {
      if (!(error instanceof TransportRefused) || !FINAL.includes(error.status)) throw error;
      if ('expected' in error.body) expected = error.body.expected;
    }
  }
  await ctx.operate((op) => settleErrand(op, ctx, errand.n, expected));
}

/**
 * Done, unless some of its devices are gone: then it is sealed anew for those that the relay still knows. A `kx` belongs
 * to one session and is not.
 */
async function settleErrand(
  op: Operation,
  ctx: Context,
  n: number,
  expected: WrongDevicesBody['expected'] | null,
): Promise<void> {
  const errand = await readErrand(op, n);
  if (errand === null) return;
  const left = errand.to.filter((to) => expected?.some(({ device }) => device === to.device) === true);
  removePost(op, n);
  if (left.length === 0 || left.length === errand.to.length || errand.kind === 'kx') removeEntry(op, n);
  else writeErrand(op, { ...errand, id: ctx.newBodyId(), to: left, sealed: false });
}
