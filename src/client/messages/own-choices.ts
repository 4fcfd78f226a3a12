/** Choices about conversations, from and for one's own other devices. */
import type { Setting } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { listConversations, readConversation, writeConversation } from '../conversations.ts';
import type { Operation, Reads } from '../operation.ts';
import { CHOICES, keepChoice, readChoiceName, settingsOf, withChoice } from './choice.ts';

/** A choice from further in the future than clocks differ is not taken. */
const AHEAD_MS = 24 * 3600_000;

/** Every choice that was made, as a device that is new gets them. */
export async function choiceSettings(reads: Reads): Promise<readonly Setting[]> {
  return (await listConversations(reads)).flatMap((each) => settingsOf(each, CHOICES));
}

/** Takes a choice from another of one's own devices. False when the setting is about something else. */
export async function takeChoice(op: Operation, ctx: Context, setting: Setting): Promise<boolean> {
  const about = readChoiceName(setting.name);
  if (about === null) return false;
  if (setting.changedAt > ctx.now() + AHEAD_MS) return true;
  const known = await readConversation(op, about.id);
  if (known === null) await keepChoice(op, about, setting);
  else {
    const next = withChoice(known, about.name, setting);
    if (next !== known) writeConversation(op, next);
  }
  return true;
}
