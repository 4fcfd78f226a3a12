/** `create`: a new group, with oneself as its owner. */
import type { Command } from '../command.ts';
import { printConversations } from '../conversations.ts';
import { findPeople, namesIn, readHistory, withGroups } from '../groups.ts';

export const create: Command = async (invocation) => {
  const { required, option, isSet, output } = invocation;
  const name = required('name');
  const topic = option('topic');
  const history = readHistory(option('history'));
  await withGroups(invocation, async (engine, device) => {
    const people = await findPeople(device, namesIn(option('people')));
    const made = await engine.createGroup({
      name,
      people,
      open: isSet('open'),
      ...(topic === null ? {} : { topic }),
      ...(history === null ? {} : { history }),
    });
    await printConversations(output, [made]);
  });
};
