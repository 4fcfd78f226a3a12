/** `timer`, `file-days`, `mute` and `archive`: how long messages and files of a conversation stay, and what one wants of it for oneself. */
import type { ConversationId } from '../../contract/ids.ts';
import type { Command, Invocation } from '../command.ts';
import { printConversations } from '../conversations.ts';
import { atMost, type Device, synchronise, withDevice } from '../device.ts';
import { WrongUse } from '../failures.ts';
import { conversationOf, findConversation } from '../people.ts';

/** Milliseconds for taking in what waits. */
const SYNC_MS = 5000;
const LEVELS = ['all', 'mentions', 'none'] as const;

export const timer: Command = async (invocation) => {
  const seconds = wholeOrOff(invocation, 'timer takes whole seconds');
  await change(invocation, ({ engine }, id) => engine.setTimer(id, seconds));
};

export const fileDays: Command = async (invocation) => {
  const days = wholeOrOff(invocation, 'file-days takes whole days');
  await change(invocation, ({ engine }, id) => engine.setFileDays(id, days));
};

/** Throws WrongUse for what is neither a number nor `off`. */
function wholeOrOff({ rest: [given = ''] }: Invocation, takes: string): number {
  const number = given === 'off' ? 0 : Number(given);
  if (given === '' || !Number.isSafeInteger(number) || number < 0)
    throw new WrongUse(`${takes} or "off", not "${given}".`);
  return number;
}

export const mute: Command = async (invocation) => {
  const { isSet, option } = invocation;
  const wanted = option('notify') ?? (isSet('off') ? 'all' : 'none');
  const level = LEVELS.find((each) => each === wanted);
  if (level === undefined) throw new WrongUse(`--notify takes ${LEVELS.join(', ')}, not "${wanted}".`);
  await change(invocation, ({ engine }, id) => engine.setNotify(id, level));
};

export const archive: Command = async (invocation) => {
  const archived = !invocation.isSet('off');
  await change(invocation, ({ engine }, id) => engine.setArchived(id, archived));
};

/** Does it, and prints the conversation as it is then. */
async function change(
  invocation: Invocation,
  work: (device: Device, id: ConversationId) => Promise<void>,
): Promise<void> {
  const { option, output } = invocation;
  const where = conversationOf({ person: option('with'), id: option('conversation'), option: 'with' });
  await withDevice(invocation, async (device) => {
    const { engine } = device;
    await atMost(SYNC_MS, synchronise(device));
    const id = await findConversation(device, where);
    await work(device, id);
    const { waiting } = await engine.flush();
    if (waiting > 0) await output.note('Something waits in the outbox: the next command sends it.');
    const known = await engine.conversations();
    await printConversations(
      output,
      known.filter((each) => each.id === id),
    );
  });
}
