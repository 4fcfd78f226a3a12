/**
 * What others and oneself have said about a message, in the store `history` under `k/ID`: enough of each mark to tell which of two
 * counts, whatever order they come in.
 */
import { type AccountId, type BodyId, isAccountId, isBodyId, isDeviceId } from '../../contract/ids.ts';
import type { Reaction } from '../engine-types.ts';
import { type Operation, type Reads, readRecord } from '../operation.ts';
import { added, flag, list, nullable, number, type Of, record, text, word } from '../stored.ts';
import { MAX_REACTIONS } from './types.ts';

/** Emojis of one person under one message that are kept, those taken back among them: their latest ones count. */
export const MAX_REACTIONS_PER_PERSON = 32;

const stamp = { sentAt: number, device: word(isDeviceId), seq: number };
/** When something was said: sender's clock (epoch milliseconds), device, and its place in that device's order. */
export const Stamp = record(stamp);
export type Stamp = Of<typeof Stamp>;

const StoredReaction = record({ account: word(isAccountId), emoji: text, on: flag, ...stamp });
export type StoredReaction = Of<typeof StoredReaction>;

/** Everything that was said about one message. */
export const StoredMarks = record({
  /** Of the edit that counts, and how many there were. */
  edit: nullable(Stamp),
  edits: number,
  reactions: list(StoredReaction),
  pin: nullable(record({ on: flag, ...stamp })),
  /** The message with which its author took it back. */
  deletion: nullable(word(isBodyId)),
  /** Who has read one's own message, by their receipts, epoch milliseconds. */
  readBy: list(record({ account: word(isAccountId), at: number })),
  /** Edits that this device has sent itself: what gives them again goes with the message. */
  sentEdits: added(list(word(isBodyId)), []),
});
export type StoredMarks = Of<typeof StoredMarks>;

export const NO_MARKS: StoredMarks = {
  edit: null,
  edits: 0,
  reactions: [],
  pin: null,
  deletion: null,
  readBy: [],
  sentEdits: [],
};

const key = (id: BodyId) => `k/${id}`;

/** What was said about a message; nothing for one that nobody spoke of. Throws StoredError. */
export async function readMarks(reads: Reads, id: BodyId): Promise<StoredMarks> {
  return (await readRecord(reads, 'history', key(id), StoredMarks)) ?? NO_MARKS;
}

export function writeMarks(op: Operation, id: BodyId, marks: StoredMarks): void {
  op.write('history', key(id), StoredMarks, marks);
}

export function removeMarks(op: Operation, id: BodyId): void {
  op.remove('history', key(id));
}

/** Order of everything that can be said: by clock, then device, then place in that device's order. */
function compareStamps(one: Stamp, other: Stamp): number {
  if (one.sentAt !== other.sentAt) return one.sentAt - other.sentAt;
  if (one.device !== other.device) return one.device < other.device ? -1 : 1;
  return one.seq - other.seq;
}

/** Whether the first one counts against the second. */
export const isLater = (one: Stamp, other: Stamp | null): boolean =>
  other === null || compareStamps(one, other) > 0;

/**
 * The reactions with one more. Of each person the latest ones are kept, one for each emoji: whatever order they come in, the
 * same ones stay, because what was dropped has as many later ones above it for ever.
 */
export function withReaction(
  known: readonly StoredReaction[],
  next: StoredReaction,
): readonly StoredReaction[] {
  const isSame = ({ account, emoji }: StoredReaction) => account === next.account && emoji === next.emoji;
  const before = known.find(isSame) ?? null;
  if (!isLater(next, before)) return known;
  const own = [...known.filter((each) => each.account === next.account && !isSame(each)), next];
  const latest = own.sort((a, b) => compareStamps(b, a)).slice(0, MAX_REACTIONS_PER_PERSON);
  return [...known.filter(({ account }) => account !== next.account), ...latest];
}

/** As they are drawn: emojis and people in the order in which they came. */
export function viewReactions(stored: readonly StoredReaction[], self: AccountId): readonly Reaction[] {
  const people = new Map<string, AccountId[]>();
  const chosen = stored.filter(({ on }) => on).sort(compareStamps);
  for (const { emoji, account } of chosen) people.set(emoji, [...(people.get(emoji) ?? []), account]);
  return [...people]
    .slice(0, MAX_REACTIONS)
    .map(([emoji, all]) => ({ emoji, people: all, mine: all.includes(self) }));
}
