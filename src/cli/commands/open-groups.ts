/** `open-groups`: what anybody of the workspace may come into. */
import type { Command } from '../command.ts';
import { withGroups } from '../groups.ts';
import { aligned } from '../output.ts';

export const openGroups: Command = (invocation) =>
  withGroups(invocation, async (engine) => {
    const { output } = invocation;
    const found = await engine.openGroups();
    const lines = aligned(found.map(({ id, title, members }) => [title, `${members} people`, id]));
    for (const [index, each] of found.entries()) await output.event('open-group', each, lines[index] ?? '');
    if (found.length === 0) await output.remark('There is no open group that you are not in.');
  });
