/** Conversations and their members as commands print them. */
import type { ConversationView, Reader } from '../client/engine-types.ts';
import { aligned, type Output, timeOf } from './output.ts';

/** Prints each, one a line. */
export async function printConversations(output: Output, known: readonly ConversationView[]): Promise<void> {
  const lines = aligned(known.map(rowOf));
  for (const [index, each] of known.entries())
    await output.event('conversation', fieldsOf(each), lines[index] ?? '');
}

function fieldsOf(conversation: ConversationView): object {
  const { id, kind, peer, name, topic, members, unread, lastActivity, role, open, writable } = conversation;
  const { mentions, notify, archived, timer, fileDays } = conversation;
  return {
    id,
    kind,
    with: peer?.username ?? null,
    name: kind === 'group' ? name : (peer?.name ?? null),
    topic,
    members,
    unread,
    lastActivity,
    role,
    open,
    writable,
    mentions,
    notify,
    archived,
    timer,
    fileDays,
  };
}

function rowOf(conversation: ConversationView): string[] {
  const { id, kind, peer, name, members, unread, lastActivity, writable } = conversation;
  const isGroup = kind === 'group';
  const isNotes = !isGroup && members.length === 1;
  return [
    isGroup
      ? (name ?? 'a group without a name')
      : (peer?.username ?? (isNotes ? 'notes to self' : 'somebody new')),
    isGroup ? (writable ? `${members.length} people` : 'not in it any more') : (peer?.name ?? ''),
    unread === 0 ? '' : `${unread} unread`,
    timeOf(lastActivity),
    id,
  ];
}

/** Prints who can read a conversation, one a line. */
export async function printMembers(output: Output, readers: readonly Reader[]): Promise<void> {
  const lines = aligned(
    readers.map(({ username, name, role, devices, verified, identityChanged, isSelf }) => [
      username,
      name,
      role ?? '',
      `${devices.length} ${devices.length === 1 ? 'device' : 'devices'}`,
      identityChanged ? 'new identity' : verified && !isSelf ? 'verified' : '',
    ]),
  );
  for (const [index, each] of readers.entries()) {
    const { account, username, name, role, devices, verified, identityChanged } = each;
    await output.event(
      'member',
      { account, username, name, role, devices: devices.length, verified, identityChanged },
      lines[index] ?? '',
    );
  }
}
