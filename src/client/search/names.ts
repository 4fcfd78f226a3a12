/** People and conversations by name, as this device has them: nobody is asked, so nobody learns what is looked for. */
import { type AccountId, type ConversationId, isAccountId, isConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { directId, isNotes, listConversations } from '../conversations.ts';
import type { Reads } from '../operation.ts';
import { readPeer } from '../peers.ts';
import { readSelf } from '../self.ts';
import { foldText } from './fold.ts';

export interface NamedPerson {
  readonly account: AccountId;
  readonly name: string;
  readonly username: string;
  readonly verified: boolean;
  readonly isSelf: boolean;
  /** The direct conversation with them, or null when there is none. */
  readonly conversation: ConversationId | null;
}
export interface NamedConversation {
  readonly id: ConversationId;
  readonly kind: 'direct' | 'group';
  /** Of the group, or of the other person; empty while it is not known. */
  readonly name: string;
}
export interface Names {
  /** The latest active ones first. */
  readonly conversations: readonly NamedConversation[];
  /** Everybody whose identity this device has pinned, oneself included. */
  readonly people: readonly NamedPerson[];
}

/** Throws StoredError. */
export async function readNames(reads: Reads): Promise<Names> {
  const self = await readSelf(reads);
  if (self === null) return { conversations: [], people: [] };
  const stored = await listConversations(reads);
  const ids = new Set(stored.map(({ id }) => id));
  const people: NamedPerson[] = [
    {
      account: self.account,
      name: self.name,
      username: self.username,
      verified: false,
      isSelf: true,
      conversation: null,
    },
  ];
  for (const [account] of await reads.list('peers', { prefix: '' })) {
    const peer = isAccountId(account) && account !== self.account ? await readPeer(reads, account) : null;
    if (peer === null) continue;
    const direct = directId(self.account, peer.account);
    people.push({
      account: peer.account,
      name: peer.name,
      username: peer.username,
      verified: peer.verified,
      isSelf: false,
      conversation: ids.has(direct) ? direct : null,
    });
  }
  const conversations = stored.map(({ id, kind, members, details, title }) => ({
    id,
    kind,
    name: isNotes({ kind, members })
      ? t('Notes to self')
      : kind === 'group'
        ? (details.name?.value ?? title)
        : (people.find(({ conversation }) => conversation === id)?.name ?? ''),
  }));
  return { conversations, people };
}

/** Those whose whole name it is, or else those of whose name it is a part. */
export function peopleNamed({ people }: Names, value: string): readonly NamedPerson[] {
  return named(people, value, ({ name, username }) => [name, username]);
}

/** The same for conversations; an id names one too, and a username the direct one. */
export function conversationsNamed(
  { conversations, people }: Names,
  value: string,
): readonly NamedConversation[] {
  if (isConversationId(value)) return conversations.filter(({ id }) => id === value);
  return named(conversations, value, ({ id, name }) => [
    name,
    people.find(({ conversation }) => conversation === id)?.username ?? '',
  ]);
}

function named<T>(all: readonly T[], value: string, names: (each: T) => readonly string[]): readonly T[] {
  const wanted = foldText(value.replace(/^@/, ''));
  if (wanted === '') return [];
  const exact = all.filter((each) => names(each).some((name) => foldText(name) === wanted));
  return exact.length > 0
    ? exact
    : all.filter((each) => names(each).some((name) => foldText(name).includes(wanted)));
}
