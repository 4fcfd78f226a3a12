/** What has happened to messages since `listen` last looked at them: new words, deletions, reactions. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { flag, list, nullable, number, type Of, record, text, word } from '../client/stored.ts';
import { type AccountId, isAccountId } from '../contract/ids.ts';

const Known = record({
  editedAt: nullable(number),
  deleted: flag,
  reactions: list(record({ account: word(isAccountId), emoji: text })),
});
/** What `listen` remembers of a message. */
export type Known = Of<typeof Known>;
type Reacted = Known['reactions'][number];
export const UNKNOWN: Known = { editedAt: null, deleted: false, reactions: [] };

export type Happening =
  | { readonly event: 'edited' | 'deleted'; readonly account: AccountId }
  | { readonly event: 'reaction'; readonly account: AccountId; readonly emoji: string; readonly on: boolean };

/** A message as it is to be remembered. */
export function knownOf({ editedAt, kind, reactions }: HistoryMessage): Known {
  return {
    editedAt,
    deleted: kind === 'deleted',
    reactions: reactions.flatMap(({ emoji, people }) => people.map((account) => ({ account, emoji }))),
  };
}

/** What lies between what was known and what is. Of a deleted message nothing but that. */
export function happened(before: Known, message: HistoryMessage): readonly Happening[] {
  const now = knownOf(message);
  const { account } = message.sender;
  if (now.deleted) return before.deleted ? [] : [{ event: 'deleted', account }];
  const changed: Happening[] =
    now.editedAt === null || now.editedAt === before.editedAt ? [] : [{ event: 'edited', account }];
  return [
    ...changed,
    ...without(now.reactions, before.reactions).map((each) => reaction(each, true)),
    ...without(before.reactions, now.reactions).map((each) => reaction(each, false)),
  ];
}

const without = (some: readonly Reacted[], others: readonly Reacted[]): readonly Reacted[] =>
  some.filter((one) => !others.some((each) => each.account === one.account && each.emoji === one.emoji));
const reaction = (each: Reacted, on: boolean): Happening => ({ event: 'reaction', ...each, on });

/** As it is kept: JSON. */
export const writeKnown = (known: Known): string => JSON.stringify(Known.write(known));

/** What was remembered; nothing for what this release does not understand. */
export function readKnown(json: string | null): Known {
  if (json === null) return UNKNOWN;
  try {
    return Known.read(JSON.parse(json));
  } catch {
    return UNKNOWN;
  }
}
