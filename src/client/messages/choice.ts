/**
 * What one has chosen for a conversation, as it travels among one's own devices: settings `notify/ID`, `archived/ID`, `timer/ID` and `file-days/ID`
 * with the conversation's id in base64url (protocol/README 7, `sync`); the later one counts. A value is one byte, that of the last two
 * `sentAt u64 || device 16 || u32`. For a conversation that is not known here yet they wait: store `conversations`,
 * `w/ID/NAME`.
 */
import { conversationId, deviceId, fromBase64, fromHex, toBase64 } from '../../contract/bytes.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { concat, Reader, u32be, u64be } from '../../protocol/codec.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import type { Setting } from '../../protocol/payload.ts';
import type { StoredConversation } from '../conversations.ts';
import { MAX_FILE_DAYS } from '../files/file-days.ts';
import { laterDetail } from '../later.ts';
import type { Operation } from '../operation.ts';
import { bytes, decodeStored, number, record } from '../stored.ts';
import { MAX_TIMER } from './timer.ts';

export const CHOICES = ['notify', 'archived', 'timer', 'file-days'] as const;
export type ChoiceName = (typeof CHOICES)[number];
const LEVELS = ['all', 'mentions', 'none'] as const;
/** Choices about conversations that are not known here, at most. */
const MOST_WAITING = 1000;

const Waiting = record({ value: bytes, changedAt: number });
type Choice = Pick<Setting, 'value' | 'changedAt'>;

/** Those that were ever made, as settings. */
export function settingsOf(
  { id, notify, archived, timer, fileDays }: StoredConversation,
  which: readonly ChoiceName[],
): readonly Setting[] {
  const choices: Readonly<Record<ChoiceName, Choice | null>> = {
    notify: { value: Uint8Array.of(LEVELS.indexOf(notify.value)), changedAt: notify.changedAt },
    archived: { value: Uint8Array.of(archived.value ? 1 : 0), changedAt: archived.changedAt },
    timer: timer && ruleSetting(timer),
    'file-days': fileDays && ruleSetting(fileDays),
  };
  const short = toBase64(fromHex(id));
  return which.flatMap((name) => {
    const choice = choices[name];
    return choice === null || choice.changedAt === 0 ? [] : [{ name: `${name}/${short}`, ...choice }];
  });
}

/** What a setting is about; null for another one. */
export function readChoiceName(
  text: string,
): { readonly name: ChoiceName; readonly id: ConversationId } | null {
  const [first = '', short = ''] = text.split('/');
  const name = CHOICES.find((each) => each === first);
  if (name === undefined || !/^[\w-]{43}$/.test(short)) return null;
  return { name, id: conversationId(fromBase64(short)) };
}

/** The conversation with a choice, or as it is when that says nothing newer. */
export function withChoice(
  known: StoredConversation,
  name: ChoiceName,
  { value, changedAt }: Choice,
): StoredConversation {
  if (name === 'timer') return withRule(known, 'timer', value, MAX_TIMER);
  if (name === 'file-days') return withRule(known, 'fileDays', value, MAX_FILE_DAYS);
  if (changedAt <= known[name].changedAt) return known;
  if (name === 'archived') return { ...known, archived: { value: value[0] === 1, changedAt } };
  const level = LEVELS[value[0] ?? 0];
  return level === undefined ? known : { ...known, notify: { value: level, changedAt } };
}

type Rule = NonNullable<StoredConversation['timer']>;

const ruleSetting = ({ sentAt, device, value }: Rule): Choice => ({
  value: concat(u64be(sentAt), fromHex(device), u32be(value)),
  changedAt: sentAt,
});

function withRule(
  known: StoredConversation,
  rule: 'timer' | 'fileDays',
  value: Uint8Array,
  most: number,
): StoredConversation {
  const said = readRule(value);
  const next = said === null || said.value > most ? known[rule] : laterDetail(known[rule], said);
  return next === known[rule] ? known : { ...known, [rule]: next };
}

function readRule(value: Uint8Array): Rule | null {
  try {
    const reader = new Reader(value);
    return { sentAt: reader.u64(), device: deviceId(reader.fixed(16)), value: reader.u32() };
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}

/** Keeps a choice about a conversation that is not known here yet. */
export async function keepChoice(
  op: Operation,
  { id, name }: { readonly id: ConversationId; readonly name: ChoiceName },
  choice: Choice,
): Promise<void> {
  if ((await op.list('conversations', { prefix: 'w/', limit: MOST_WAITING })).length >= MOST_WAITING) return;
  op.write('conversations', `w/${id}/${name}`, Waiting, choice);
}

/** A conversation that this device has just heard of, with what was chosen for it before. */
export async function withWaitingChoices(
  op: Operation,
  made: StoredConversation,
): Promise<StoredConversation> {
  let next = made;
  for (const [key, value] of await op.list('conversations', { prefix: `w/${made.id}/` })) {
    op.remove('conversations', key);
    const name = CHOICES.find((each) => key.endsWith(`/${each}`));
    if (name !== undefined) next = withChoice(next, name, decodeStored(Waiting, value));
  }
  return next;
}
