/**
 * What a conversation is called and how long its messages stay, sealed like every message (`state`, protocol/README 7):
 * the later one counts, field by field, and in a group only from owners and admins.
 */
import { UNPRINTABLE } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { STATE_LIMITS, type StatePayload, statePayload } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { type StoredConversation, writeConversation } from '../conversations.ts';
import { displayText } from '../display-text.ts';
import type { HistoryMessage } from '../engine-types.ts';
import { MAX_FILE_DAYS } from '../files/file-days.ts';
import { addMessage, orderOf, readPage, timeBelow, UNMARKED } from '../history.ts';
import { stampOf } from '../later.ts';
import { MAX_TIMER } from '../messages/timer.ts';
import type { Operation, Reads } from '../operation.ts';
import { addOutgoing } from '../outbox.ts';
import { nameIn } from './lines.ts';
import { refusedLine, sentenceOf } from './state-lines.ts';
import {
  isUnsaid,
  isWhole,
  merged,
  type NewDetails,
  type NewState,
  type State,
  saidIn,
  stampedBy,
  stateOf,
  storedOf,
  UNSAID,
} from './state-values.ts';

/** A word from further in the future than clocks differ is not taken. */
export const DETAILS_AHEAD_MS = 24 * 3_600_000;

const utf8 = new TextEncoder();

/** Throws Error with a sentence for words that do not fit. */
export function checkDetails({ name, topic }: NewDetails): void {
  if (name !== undefined && name.trim() === '') throw new Error(t('A group needs a name.'));
  if (name !== undefined && utf8.encode(name).length > STATE_LIMITS.nameBytes)
    throw new Error(
      t('This name is longer than {n} bytes: choose a shorter one.', { n: STATE_LIMITS.nameBytes }),
    );
  if (name !== undefined && UNPRINTABLE.test(name))
    throw new Error(t('This name holds characters that cannot be shown: leave them out.'));
  if (topic !== undefined && utf8.encode(topic).length > STATE_LIMITS.topicBytes)
    throw new Error(
      t('This topic is longer than {n} bytes: choose a shorter one.', { n: STATE_LIMITS.topicBytes }),
    );
}

/**
 * Says everything that is known of a conversation's words again, for those who have just come in; with `anew`, what it is
 * called from the beginning.
 */
export async function sayDetails(
  op: Operation,
  ctx: Context,
  conversation: StoredConversation,
  anew: { readonly name: string; readonly topic: string | null } | null,
): Promise<void> {
  const { details, timer, fileDays } = conversation;
  if (anew !== null) {
    await queueState(op, ctx, conversation, {
      name: anew.name,
      ...(anew.topic === null ? {} : { topic: anew.topic }),
    });
  } else if (hasState(conversation)) {
    const words = {
      ...(details.name === null ? {} : { name: details.name.value }),
      ...(details.topic === null ? {} : { topic: details.topic.value }),
      ...(timer === null ? {} : { timer: timer.value }),
      ...(fileDays === null ? {} : { fileDays: fileDays.value }),
    };
    // Said again, they are no newer than they were: what somebody else says meanwhile counts.
    await queueState(op, ctx, conversation, words, stateOf(conversation));
  }
}

/** Whether anything was ever said of it. */
export const hasState = ({ details, timer, fileDays }: StoredConversation): boolean =>
  details.name !== null || details.topic !== null || timer !== null || fileDays !== null;

/**
 * Puts a `state` message into the outbox and takes its words over here. The conversation is the newest there is.
 * @param again who said them first, for words that are not new
 */
export async function queueState(
  op: Operation,
  ctx: Context,
  conversation: StoredConversation,
  words: NewState,
  again: State = UNSAID,
): Promise<void> {
  const before = stateOf(conversation);
  const latest = Math.max(...Object.values(before).map((said) => said?.sentAt ?? 0));
  const sentAt = Math.max(ctx.now(), conversation.ownSentAt, latest + 1);
  const entry = await addOutgoing(op, {
    id: ctx.newBodyId(),
    conversation: conversation.id,
    kind: 'state',
    payload: statePayload.encode({
      name: words.name ?? null,
      topic: words.topic ?? null,
      picture: null,
      timer: words.timer ?? null,
      nameSaid: again.name && stampOf(again.name),
      topicSaid: again.topic && stampOf(again.topic),
      timerSaid: again.timer && stampOf(again.timer),
      fileDays: words.fileDays ?? null,
      fileDaysSaid: again.fileDays && stampOf(again.fileDays),
    }),
    sentAt,
    bound: null,
    sealed: false,
    refusals: 0,
    held: null,
    left: [],
  });
  const next = merged(before, words, stampedBy({ sentAt, device: ctx.self.device }, again));
  const text = await sentenceOf(op, ctx, before, next, ctx.self.account, false);
  if (text !== null) {
    const [last] = await readPage(op, conversation.id, { limit: 1 });
    const time = Math.max(sentAt, timeBelow(last, ctx.self.device));
    addMessage(op, {
      id: entry.id,
      conversation: conversation.id,
      order: orderOf(time, ctx.self.device, entry.n),
      sender: { account: ctx.self.account, device: ctx.self.device },
      mine: true,
      sentAt,
      kind: 'notice',
      text,
      verified: true,
      status: null,
      reason: null,
      note: null,
      suite: 0,
      ...UNMARKED,
    });
  }
  writeConversation(op, {
    ...conversation,
    ...storedOf(next),
    ownSentAt: sentAt,
    saidAt: isWhole(next, words) ? conversation.epoch : conversation.saidAt,
  });
  op.afterwards.push(() => ctx.wakes.flush());
}

/** What a `state` message that was received makes of a conversation, and the words of its line, null for nothing new. */
export interface TakenState {
  readonly conversation: StoredConversation;
  readonly text: string | null;
}

/**
 * @param from.counts whether its sender may say it
 * @param from.epoch of the roster that it was sent under
 * @param from.isLate one has come in after the group was made, so the first name that is heard is an old one
 * @throws ProtocolError E_FORMAT
 */
export async function takeState(
  reads: Reads,
  ctx: Context,
  conversation: StoredConversation,
  payload: Uint8Array,
  from: Pick<HistoryMessage, 'sender' | 'sentAt'> & {
    readonly counts: boolean;
    readonly epoch: number;
    readonly isLate: boolean;
  },
): Promise<TakenState> {
  const state = statePayload.decode(payload);
  // Nobody could ever say anything later than the end of all clocks.
  const isAhead = from.sentAt > ctx.now() + DETAILS_AHEAD_MS;
  if (!from.counts || isAhead) {
    const name = await nameIn(reads, ctx, from.sender.account, true);
    return { conversation, text: refusedLine(state, name, isAhead && from.counts) };
  }
  const { timer, fileDays } = state;
  const words = {
    ...wordsOf(state),
    ...(timer === null || timer > MAX_TIMER ? {} : { timer }),
    ...(fileDays === null || fileDays > MAX_FILE_DAYS ? {} : { fileDays }),
  };
  const before = stateOf(conversation);
  const next = merged(before, words, saidIn(state, { sentAt: from.sentAt, device: from.sender.device }));
  const isLate = from.isLate && isUnsaid(before, words);
  const text = await sentenceOf(reads, ctx, before, next, from.sender.account, isLate);
  const saidAt = isWhole(next, words) ? Math.max(conversation.saidAt, from.epoch) : conversation.saidAt;
  return { conversation: { ...conversation, ...storedOf(next), saidAt }, text };
}

/** As they may stand in a line; a name of which nothing can be shown is none. */
export function wordsOf({ name: said, topic }: StatePayload): NewDetails {
  const name = displayText(said ?? '');
  return { ...(name === '' ? {} : { name }), ...(topic === null ? {} : { topic: displayText(topic) }) };
}
