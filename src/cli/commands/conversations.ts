/** `conversations`: all of them, the most recent first. */
import type { Command } from '../command.ts';
import { printConversations } from '../conversations.ts';
import { synchronise, withDevice } from '../device.ts';

export const conversations: Command = (invocation) =>
  withDevice(invocation, async (device) => {
    const { output } = invocation;
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device has.');
    const known = await device.engine.conversations();
    await printConversations(output, known);
    if (known.length === 0)
      await output.remark('No conversations yet. Begin one: sotto client send --to NAME TEXT');
  });
