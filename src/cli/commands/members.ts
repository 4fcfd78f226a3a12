/** `members`: who can read a conversation, after what was asked to be changed in a group. */
import type { GroupRole } from '../../client/engine-types.ts';
import type { Command } from '../command.ts';
import { printMembers } from '../conversations.ts';
import { WrongUse } from '../failures.ts';
import { findPeople, groupOf, namesIn, readHistory, withGroups } from '../groups.ts';

const ROLES: readonly GroupRole[] = ['owner', 'admin', 'member', 'guest'];
const isRole = (word: string): word is GroupRole => ROLES.some((role) => role === word);

export const members: Command = async (invocation) => {
  const { option, output } = invocation;
  const id = groupOf(invocation);
  const role = readRole(option('role'));
  const access = option('access');
  if (access !== null && access !== 'open' && access !== 'closed')
    throw new WrongUse(`--access takes open or closed, not "${access}".`);
  const history = readHistory(option('history'));
  await withGroups(invocation, async (engine, device) => {
    const accounts = (name: string) => findPeople(device, namesIn(option(name)));
    const added = await accounts('add');
    if (added.length > 0) await engine.addPeople(id, added);
    for (const account of await accounts('remove')) await engine.removePerson(id, account);
    for (const account of await accounts('confirm')) await engine.confirmIdentity(id, account);
    if (role !== null) {
      for (const account of await findPeople(device, [role.name]))
        await engine.setRole(id, account, role.role);
    }
    if (access !== null) await engine.setOpen(id, access === 'open');
    if (history !== null) await engine.setHistory(id, history);
    await printMembers(output, await engine.readers(id));
  });
};

function readRole(text: string | null): { readonly name: string; readonly role: GroupRole } | null {
  if (text === null) return null;
  const [name = '', role = ''] = text.split('=');
  if (name === '' || !isRole(role))
    throw new WrongUse(`--role takes NAME=ROLE, where ROLE is one of ${ROLES.join(', ')}, not "${text}".`);
  return { name, role };
}
