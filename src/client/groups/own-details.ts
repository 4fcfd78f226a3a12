/**
 * What groups are called, for one's own devices that come after it was said: among them it travels as settings that have the
 * conversation's id for a name (protocol/README 7, `sync`). Value: a `state` payload of words that are said again.
 */
import { isConversationId } from '../../contract/ids.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { type Setting, statePayload } from '../../protocol/payload.ts';
import type { Context } from '../context.ts';
import { type Detail, listConversations, readConversation, writeConversation } from '../conversations.ts';
import { laterDetail, readStamp, stampOf } from '../later.ts';
import type { Operation, Reads } from '../operation.ts';
import { DETAILS_AHEAD_MS, wordsOf } from './state.ts';

/** One setting for each group that is called something. */
export async function detailSettings(reads: Reads): Promise<readonly Setting[]> {
  const settings: Setting[] = [];
  for (const { id, kind, details } of await listConversations(reads)) {
    const { name, topic } = details;
    if (kind !== 'group' || (name === null && topic === null)) continue;
    const words = {
      name: name?.value ?? null,
      topic: topic?.value ?? null,
      picture: null,
      timer: null,
      nameSaid: name && stampOf(name),
      topicSaid: topic && stampOf(topic),
      timerSaid: null,
      fileDays: null,
      fileDaysSaid: null,
    };
    settings.push({
      name: id,
      value: statePayload.encode(words),
      changedAt: Math.max(name?.sentAt ?? 0, topic?.sentAt ?? 0),
    });
  }
  return settings;
}

/** Takes the words of a group from another of one's own devices. False when the setting is about something else. */
export async function takeDetails(
  op: Operation,
  ctx: Context,
  { name: id, value }: Setting,
): Promise<boolean> {
  if (!isConversationId(id)) return false;
  const known = await readConversation(op, id);
  const words = readWords(value);
  if (known?.kind !== 'group' || words === null) return true;
  const { name, topic } = known.details;
  const isTimely = (said: Detail | null) => (said?.sentAt ?? 0) <= ctx.now() + DETAILS_AHEAD_MS;
  const details = {
    name: isTimely(words.name) ? laterDetail(name, words.name) : name,
    topic: isTimely(words.topic) ? laterDetail(topic, words.topic) : topic,
  };
  if (details.name !== name || details.topic !== topic) writeConversation(op, { ...known, details });
  return true;
}

function readWords(
  value: Uint8Array,
): { readonly name: Detail | null; readonly topic: Detail | null } | null {
  try {
    const state = statePayload.decode(value);
    const { name, topic } = wordsOf(state);
    const detail = (stamp: Uint8Array | null, word: string | undefined): Detail | null =>
      stamp === null || word === undefined ? null : { ...readStamp(stamp), value: word };
    return { name: detail(state.nameSaid, name), topic: detail(state.topicSaid, topic) };
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}
