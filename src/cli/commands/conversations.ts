/** `conversations`: all of them, the most recent first. */
import type { ConversationView } from '../../client/engine-types.ts';
import type { Command } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { aligned, timeOf } from '../output.ts';

export const conversations: Command = ({ home, output }) =>
  withDevice({ home, output }, async (device) => {
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device has.');
    const known = await device.engine.conversations();
    const lines = aligned(known.map(rowOf));
    for (const [index, { id, kind, peer, members, unread, lastActivity }] of known.entries())
      await output.event(
        'conversation',
        {
          id,
          kind,
          with: peer?.username ?? null,
          name: peer?.name ?? null,
          members,
          unread,
          lastActivity,
        },
        lines[index] ?? '',
      );
    if (known.length === 0)
      await output.remark('No conversations yet. Begin one: sotto client send --to NAME TEXT');
  });

function rowOf({ id, peer, unread, lastActivity }: ConversationView): string[] {
  return [
    peer?.username ?? 'somebody new',
    peer?.name ?? '',
    unread === 0 ? '' : `${unread} unread`,
    timeOf(lastActivity),
    id,
  ];
}
