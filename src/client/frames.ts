/** What the live line says, and what is done about it. Losing a frame loses nothing: a sync finds the same. */
import type { AccountId } from '../contract/ids.ts';
import { PREKEY_REFILL_BELOW } from '../contract/limits.ts';
import type { Delivery, ServerFrame } from '../contract/relay.ts';
import type { Context } from './context.ts';
import { setStatus } from './history.ts';
import { noteExpired, resealExpired } from './mending.ts';
import { refreshConversations } from './resync.ts';
import { NOTICES } from './sentences.ts';

/** A clock that is further off than this is told. */
const CLOCK_TOLD_MS = 5 * 60_000;

/** What frames set off beyond one operation. */
export interface FrameActions {
  /** The line is open (again). */
  hello(): Promise<void>;
  receive(delivery: Delivery): Promise<void>;
  /** An account has other devices or another identity. */
  learn(account: AccountId): Promise<void>;
  /** Prekeys run low. */
  tend(): Promise<void>;
}

/** Takes one frame; the work runs beside the caller. */
export function takeFrame(ctx: Context, frame: ServerFrame, actions: FrameActions): void {
  const { tasks } = ctx;
  switch (frame.event) {
    case 'hello':
      if (Math.abs(frame.now - ctx.now()) > CLOCK_TOLD_MS) ctx.notice('clock', NOTICES.clock);
      tasks.run(() => actions.hello());
      break;
    case 'envelope': {
      const { event: _, ...delivery } = frame;
      tasks.run(() => actions.receive(delivery));
      break;
    }
    case 'delivered':
      tasks.run(() =>
        ctx.operate(async (op) => {
          if (frame.account !== ctx.self.account) await setStatus(op, frame.id, 'Delivered');
          await resealExpired(op, ctx, frame);
        }),
      );
      break;
    case 'expired':
      tasks.run(() => ctx.operate((op) => noteExpired(op, frame.id, frame.device)));
      break;
    case 'conversation':
      tasks.run(async () => {
        if ((await refreshConversations(ctx)).length > 0) ctx.wakes.inbox(0);
      });
      break;
    case 'devices':
      tasks.run(() => actions.learn(frame.account));
      break;
    case 'prekeys':
      if (frame.remaining < PREKEY_REFILL_BELOW) tasks.run(() => actions.tend());
      break;
    default:
      break;
  }
}
