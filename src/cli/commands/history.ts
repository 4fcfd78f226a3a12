/** `history`: the latest messages of one conversation, as this device has them. */
import type { Command } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { printMessage } from '../messages.ts';
import { conversationOf, findConversation, Names } from '../people.ts';
import { wholeNumber } from '../values.ts';

const DEFAULT_LIMIT = '50';

export const history: Command = async ({ home, option, output }) => {
  const limit = wholeNumber('limit', option('limit') ?? DEFAULT_LIMIT);
  const where = conversationOf({ person: option('with'), id: option('conversation'), option: 'with' });
  await withDevice({ home, output }, async (device) => {
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device has.');
    const conversation = await findConversation(device, where);
    const names = new Names(device.engine);
    const messages = await device.engine.messages(conversation, { limit });
    for (const message of messages) await printMessage(output, message, await names.of(message));
    if (messages.length === 0) await output.remark('No messages yet.');
  });
};
