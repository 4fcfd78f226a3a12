/** `leave`: out of a group; it stays to be read. */
import type { Command } from '../command.ts';
import { groupOf, withGroups } from '../groups.ts';

export const leave: Command = async (invocation) => {
  const id = groupOf(invocation);
  await withGroups(invocation, async (engine) => {
    await engine.leave(id);
    await invocation.output.event('left', { id }, 'You are out; what was written stays here to be read.');
  });
};
