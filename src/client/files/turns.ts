/** One after the other: telling the server that a file belongs to a conversation, and that it does no more. */
import type { Context } from '../context.ts';

const turns = new WeakMap<Context, Promise<unknown>>();

/** Runs the work when all that was asked for before is done, whatever became of it. */
export function inTurn<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(ctx) ?? Promise.resolve()).then(work, work);
  turns.set(ctx, turn);
  return turn;
}
