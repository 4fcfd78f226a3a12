/** What the commands about groups share: which group, which people, and that what was done has left. */
import type { Engine } from '../client/engine-types.ts';
import { type AccountId, type ConversationId, isConversationId } from '../contract/ids.ts';
import type { Invocation } from './command.ts';
import { type Device, synchronise, withDevice } from './device.ts';
import { Failed, WrongUse } from './failures.ts';
import { findPerson } from './people.ts';

/** Reads --conversation. @throws WrongUse */
export function groupOf({ required }: Pick<Invocation, 'required'>): ConversationId {
  const id = required('conversation');
  if (!isConversationId(id)) throw new WrongUse(`--conversation takes 64 hexadecimal digits, not "${id}".`);
  return id;
}

/** Usernames with commas between them; none for null. */
export const namesIn = (list: string | null): readonly string[] =>
  (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** The accounts of these usernames. @throws Failed for one that nobody has */
export async function findPeople(device: Device, names: readonly string[]): Promise<readonly AccountId[]> {
  const found: AccountId[] = [];
  for (const name of names) found.push((await findPerson(device, name)).account);
  return found;
}

/** Takes in what waits, does something with groups, and lets what it left in the outbox leave. */
export async function withGroups(
  invocation: Pick<Invocation, 'home' | 'output'>,
  work: (engine: Engine, device: Device) => Promise<void>,
): Promise<void> {
  await withDevice(invocation, async (device) => {
    if (!(await synchronise(device))) throw new Failed('The server cannot be reached: groups need it.');
    await work(device.engine, device);
    const { waiting } = await device.engine.flush();
    if (waiting > 0)
      await invocation.output.note('Something waits in the outbox: the next command sends it.');
  });
}

const HISTORIES = { none: 'none', 'from-invitation': 'fromInvitation', all: 'all' } as const;

/** What members who come later may read, as --history says it; null when it does not. @throws WrongUse */
export function readHistory(word: string | null): (typeof HISTORIES)[keyof typeof HISTORIES] | null {
  if (word === null) return null;
  if (word === 'none' || word === 'from-invitation' || word === 'all') return HISTORIES[word];
  throw new WrongUse(`--history takes none, from-invitation or all, not "${word}".`);
}
