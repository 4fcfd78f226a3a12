/** `enter`: into an open group; with --succeed, out of one without an admin into a new one. */
import type { Command } from '../command.ts';
import { printConversations } from '../conversations.ts';
import { groupOf, withGroups } from '../groups.ts';

export const enter: Command = async (invocation) => {
  const id = groupOf(invocation);
  await withGroups(invocation, async (engine) => {
    const entered = invocation.isSet('succeed') ? await engine.succeedGroup(id) : await engine.joinGroup(id);
    await printConversations(invocation.output, [entered]);
  });
};
