/**
 * What two of one's own devices come to about one message, whichever of them is asked (protocol/README 7,
 * "Marks" and 10).
 */
import type { AccountId } from '../../contract/ids.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { laterStatus, UNMARKED } from '../history.ts';
import { emptied } from '../messages/apply.ts';
import {
  isLater,
  NO_MARKS,
  type StoredMarks,
  type StoredReaction,
  viewReactions,
  withReaction,
} from '../messages/marks.ts';
import type { ArchivedMessage } from './record.ts';

/** A message with everything that was said about it. */
export interface Marked {
  readonly message: HistoryMessage;
  readonly marks: StoredMarks;
}

/**
 * The message that is here, with what the record knows beyond it: a deletion is final, of edits, reactions and pins the later
 * ones count, a status never goes back, and one that stays closed here opens by its sibling's copy. Its place stays.
 */
export function converge(here: Marked, record: ArchivedMessage, self: AccountId): Marked {
  const theirs = record.marks ?? NO_MARKS;
  const deletion = here.marks.deletion ?? theirs.deletion;
  const { message } = here;
  if (deletion !== null || message.kind === 'deleted' || record.kind === 'deleted')
    return {
      message: { ...message, ...UNMARKED, ...emptied(message) },
      marks: { ...NO_MARKS, deletion },
    };
  const marks = mergeMarks(here.marks, theirs);
  const isNewer = theirs.edit !== null && isLater(theirs.edit, here.marks.edit);
  const opens = isClosed(message) && !isClosed(record);
  return {
    marks,
    message: {
      ...message,
      ...(opens || isNewer ? wordsOf(record) : {}),
      // New words change no files.
      ...(opens ? { files: record.files } : {}),
      status: message.mine ? laterStatus(message.status, record.status) : message.status,
      reactions: viewReactions(marks.reactions, self),
      pinned: marks.pin?.on ?? message.pinned,
      expiresAt: message.expiresAt ?? record.expiresAt,
    },
  };
}

const isClosed = ({ kind }: Pick<HistoryMessage, 'kind'>) => kind === 'unreadable' || kind === 'unknown';

const wordsOf = ({
  kind,
  text,
  editedAt,
  replyTo,
  verified,
  suite,
  reason,
  note,
  mention,
}: ArchivedMessage) => ({
  kind,
  text,
  editedAt,
  replyTo,
  verified,
  suite,
  reason,
  note,
  mention,
});

function mergeMarks(one: StoredMarks, other: StoredMarks): StoredMarks {
  const readBy = new Map(one.readBy.map((each) => [each.account, each]));
  for (const each of other.readBy) {
    const known = readBy.get(each.account);
    if (known === undefined || each.at < known.at) readBy.set(each.account, each);
  }
  const isPinLater = other.pin !== null && isLater(other.pin, one.pin);
  const isEditLater = other.edit !== null && isLater(other.edit, one.edit);
  return {
    edit: isEditLater ? other.edit : one.edit,
    edits: Math.max(one.edits, other.edits),
    reactions: other.reactions.reduce<readonly StoredReaction[]>(withReaction, one.reactions),
    pin: isPinLater ? other.pin : one.pin,
    deletion: one.deletion ?? other.deletion,
    readBy: [...readBy.values()],
    sentEdits: one.sentEdits,
  };
}
