/** Whether others are told when one is writing: a choice of the person, over all of their devices. */
import type { Setting } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { syncSettings } from '../own-sync.ts';
import { flag, number, record } from '../stored.ts';

const NAME = 'typing';
const Choice = record({ on: flag, changedAt: number });

/** True until the person decides otherwise. */
export async function typingIsTold(reads: Reads): Promise<boolean> {
  return (await readRecord(reads, 'meta', NAME, Choice))?.on ?? true;
}

export async function setTypingTold(op: Operation, ctx: Context, on: boolean): Promise<void> {
  const changedAt = ctx.now();
  op.write('meta', NAME, Choice, { on, changedAt });
  await syncSettings(op, ctx, [settingOf({ on, changedAt })]);
}

const settingOf = ({ on, changedAt }: { readonly on: boolean; readonly changedAt: number }): Setting => ({
  name: NAME,
  value: Uint8Array.of(on ? 1 : 0),
  changedAt,
});

/** The choice, as a device that is new gets it; nothing while none was made. */
export async function typingSettings(reads: Reads): Promise<readonly Setting[]> {
  const choice = await readRecord(reads, 'meta', NAME, Choice);
  return choice === null ? [] : [settingOf(choice)];
}

/** Takes it from another of one's own devices. False when the setting is about something else. */
export async function takeTyping(op: Operation, { name, value, changedAt }: Setting): Promise<boolean> {
  if (name !== NAME) return false;
  const known = await readRecord(op, 'meta', NAME, Choice);
  if (known === null || known.changedAt < changedAt)
    op.write('meta', NAME, Choice, { on: value[0] === 1, changedAt });
  return true;
}
