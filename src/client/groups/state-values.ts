/** The words and rules of a conversation with who said each of them when: the later one counts, field by field. */
import type { StatePayload } from '../../protocol/payload.ts';
import type { StoredConversation } from '../conversations.ts';
import { laterDetail, readStamp, type Said } from '../later.ts';

type Details = StoredConversation['details'];
/** Everything that a state says, with its stamps. */
export type State = Details & Pick<StoredConversation, 'timer' | 'fileDays'>;
/** New words; a field that is not there stays as it is. */
export interface NewDetails {
  readonly name?: string;
  readonly topic?: string;
}
export interface NewState extends NewDetails {
  /** Seconds, 0 for never. */
  readonly timer?: number;
  /** Days, 0 for as the workspace has it. */
  readonly fileDays?: number;
}
/** Nothing was said before. */
export const UNSAID: State = { name: null, topic: null, timer: null, fileDays: null };
export const stateOf = ({ details, timer, fileDays }: StoredConversation): State => ({
  ...details,
  timer,
  fileDays,
});

/** What a conversation keeps of it. */
export const storedOf = ({
  name,
  topic,
  ...rules
}: State): Pick<StoredConversation, 'details' | 'timer' | 'fileDays'> => ({
  details: { name, topic },
  ...rules,
});

/** Whether nothing of what these words say was known before. */
export const isUnsaid = (before: State, words: NewState): boolean =>
  words.name === undefined ? before.timer === null && before.fileDays === null : before.name === null;

/** Whether these words are all that there is to say. */
export const isWhole = ({ name, topic, timer, fileDays }: State, words: NewState): boolean =>
  (name === null || words.name !== undefined) &&
  (topic === null || words.topic !== undefined) &&
  (timer === null || words.timer !== undefined) &&
  (fileDays === null || words.fileDays !== undefined);

/** Who said each of a state's words. */
type Stamps = { readonly [field in keyof State]: Said };
export const stampedBy = (
  now: Said,
  { name, topic, timer, fileDays }: { readonly [field in keyof State]: Said | null },
): Stamps => ({
  name: name ?? now,
  topic: topic ?? now,
  timer: timer ?? now,
  fileDays: fileDays ?? now,
});

/** What a message says of its words' age; nothing in it is said later than the message itself. */
export function saidIn(state: StatePayload, message: Said): Stamps {
  const read = (stamp: Uint8Array | null) => {
    const said = stamp && readStamp(stamp);
    return said !== null && said.sentAt <= message.sentAt ? said : null;
  };
  return stampedBy(message, {
    name: read(state.nameSaid),
    topic: read(state.topicSaid),
    timer: read(state.timerSaid),
    fileDays: read(state.fileDaysSaid),
  });
}

/** Field by field, what was said later. */
export function merged(before: State, words: NewState, by: Stamps): State {
  const said = <T>(value: T | undefined, stamp: Said) =>
    value === undefined ? null : { sentAt: stamp.sentAt, device: stamp.device, value };
  return {
    name: laterDetail(before.name, said(words.name, by.name)),
    topic: laterDetail(before.topic, said(words.topic, by.topic)),
    timer: laterDetail(before.timer, said(words.timer, by.timer)),
    fileDays: laterDetail(before.fileDays, said(words.fileDays, by.fileDays)),
  };
}
