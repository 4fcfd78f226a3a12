/** What has happened to messages since `listen` last looked at them: new words, deletions, reactions. */
import type { HistoryMessage } from '../client/engine-types.ts';
import type { AccountId } from '../contract/ids.ts';

/** What `listen` remembers of a message, as JSON in its table. */
export interface Known {
  readonly editedAt: number | null;
  readonly deleted: boolean;
  /** `account emoji` of each. */
  readonly reactions: readonly string[];
}
export const UNKNOWN: Known = { editedAt: null, deleted: false, reactions: [] };

export type Happening =
  | { readonly event: 'edited' | 'deleted'; readonly account: AccountId }
  | { readonly event: 'reaction'; readonly account: AccountId; readonly emoji: string; readonly on: boolean };

/** A message as it is to be remembered. */
export function knownOf({ editedAt, kind, reactions }: HistoryMessage): Known {
  return {
    editedAt,
    deleted: kind === 'deleted',
    reactions: reactions.flatMap(({ emoji, people }) => people.map((account) => `${account} ${emoji}`)),
  };
}

/** What lies between what was known and what is. Of a deleted message nothing but that. */
export function happened(before: Known, message: HistoryMessage): readonly Happening[] {
  const now = knownOf(message);
  const { account } = message.sender;
  if (now.deleted) return before.deleted ? [] : [{ event: 'deleted', account }];
  const changed: Happening[] =
    now.editedAt === null || now.editedAt === before.editedAt ? [] : [{ event: 'edited', account }];
  const reacted = (entries: readonly string[], on: boolean): Happening[] =>
    entries.map((entry) => ({
      event: 'reaction',
      account: entry.slice(0, 32) as AccountId,
      emoji: entry.slice(33),
      on,
    }));
  const isNew = (entry: string) => !before.reactions.includes(entry);
  const isGone = (entry: string) => !now.reactions.includes(entry);
  return [
    ...changed,
    ...reacted(now.reactions.filter(isNew), true),
    ...reacted(before.reactions.filter(isGone), false),
  ];
}

/** What was remembered; nothing for what this release does not understand. */
export function parseKnown(json: string | null): Known {
  if (json === null) return UNKNOWN;
  try {
    return { ...UNKNOWN, ...JSON.parse(json) };
  } catch {
    return UNKNOWN;
  }
}
