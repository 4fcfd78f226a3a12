/** `rename`: another name or topic for a group, sealed for its members. */
import type { Command } from '../command.ts';
import { printConversations } from '../conversations.ts';
import { WrongUse } from '../failures.ts';
import { groupOf, withGroups } from '../groups.ts';

export const rename: Command = async (invocation) => {
  const { option, output } = invocation;
  const id = groupOf(invocation);
  const [name, topic] = [option('name'), option('topic')];
  if (name === null && topic === null) throw new WrongUse('Say --name NAME, --topic TEXT or both.');
  await withGroups(invocation, async (engine) => {
    await engine.setDetails(id, { ...(name === null ? {} : { name }), ...(topic === null ? {} : { topic }) });
    await printConversations(
      output,
      (await engine.conversations()).filter((each) => each.id === id),
    );
  });
};
