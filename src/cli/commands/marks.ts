/** `edit`, `delete`, `react` and `pin`: what is said of a message that is there. */

import type { BodyId } from '../../contract/ids.ts';
import { MAX_CONTENT_BYTES } from '../../contract/limits.ts';
import type { Command, Invocation } from '../command.ts';
import { atMost, type Device, synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { messageIdIn } from '../messages.ts';
import type { EventName } from '../output.ts';

/** Milliseconds for taking in what waits; the rest is taken in beside the sending, or by the next command. */
const SYNC_MS = 5000;

export const edit: Command = async (invocation) => {
  const id = messageIdIn(invocation.rest);
  const given = invocation.rest[1] ?? '-';
  const text =
    given === '-' ? (await invocation.io.readInput(MAX_CONTENT_BYTES)).replace(/\r?\n$/, '') : given;
  await mark(invocation, id, ({ engine }) => engine.edit(id, text), 'edited', { text });
};

export const deleteMessage: Command = async (invocation) => {
  const id = messageIdIn(invocation.rest);
  await mark(invocation, id, ({ engine }) => engine.deleteMessage(id), 'deleted', {});
};

export const react: Command = async (invocation) => {
  const id = messageIdIn(invocation.rest);
  const emoji = invocation.rest[1];
  if (emoji === undefined) throw new WrongUse('react needs an emoji after the id of the message.');
  const on = !invocation.isSet('off');
  await mark(invocation, id, ({ engine }) => engine.react(id, emoji, on), 'reaction', { emoji, on });
};

export const pin: Command = async (invocation) => {
  const id = messageIdIn(invocation.rest);
  const on = !invocation.isSet('off');
  await mark(invocation, id, ({ engine }) => engine.pin(id, on), 'pinned', { on });
};

/** Does it after what waits was taken in, and says whether it has left. */
async function mark(
  { home, output }: Invocation,
  id: BodyId,
  work: (device: Device) => Promise<void>,
  event: EventName,
  fields: object,
): Promise<void> {
  await withDevice({ home, output }, async (device) => {
    const { engine } = device;
    await atMost(SYNC_MS, synchronise(device));
    const before = await engine.message(id);
    if (before === null) throw new Failed('There is no such message on this device.');
    await work(device);
    const { waiting } = await engine.flush();
    const line =
      waiting === 0 ? 'Done.' : 'Queued: the server takes no messages now. The next command sends it.';
    const isQueued = waiting > 0;
    await output.event(
      isQueued ? 'queued' : event,
      { id, conversation: before.conversation, ...fields },
      line,
    );
  });
}
