/** Records of a file as this release understands them. */
import {
  EXPORT_NAME,
  EXPORT_VERSION,
  type ExportedCertificate,
  type ExportedPerson,
  type ExportFormat,
} from '../../contract/export.ts';
import {
  type AccountId,
  type BodyId,
  type ConversationId,
  type DeviceId,
  isAccountId,
  isBodyId,
  isConversationId,
  isDeviceId,
} from '../../contract/ids.ts';
import { MAX_CONTENT_BYTES } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import type { FileView } from '../files/view.ts';
import type { Extra } from './extras.ts';
import { readFiles } from './filed-files.ts';
import { Fields } from './import-fields.ts';
import { type RawRecord, readJson } from './import-json.ts';
import { type Line, readLines } from './import-lines.ts';
import { readMarkdown } from './import-markdown.ts';
import { type FiledOriginal, readOriginalFields } from './import-original.ts';
import { ImportProblem } from './import-problem.ts';
import type { Pieces } from './types.ts';

/** A message as a file has it. */
export interface FiledMessage {
  readonly line: number;
  readonly id: BodyId;
  /** Null where the file does not say. */
  readonly conversation: ConversationId | null;
  readonly sender: { readonly account: AccountId; readonly device: DeviceId };
  /** What the file calls the sender. */
  readonly name: string;
  readonly sentAt: number;
  /** Null where the file does not say. */
  readonly order: string | null;
  readonly text: string;
  readonly files: readonly FileView[];
  readonly replyTo: BodyId | null;
  readonly editedAt: number | null;
  readonly signed: FiledOriginal;
  readonly extra: Extra;
}

export type FiledRecord =
  | { readonly type: 'export'; readonly extra: Extra }
  | {
      readonly type: 'conversation';
      readonly id: ConversationId;
      readonly name: string | null;
      readonly isDirect: boolean;
      readonly members: readonly AccountId[];
      readonly extra: Extra;
    }
  | { readonly type: 'person'; readonly person: ExportedPerson; readonly identity: Uint8Array }
  | { readonly type: 'certificate'; readonly record: ExportedCertificate; readonly signed: Uint8Array }
  | { readonly type: 'message'; readonly message: FiledMessage }
  | { readonly type: 'end'; readonly messages: number }
  /** Of a kind that this release does not know. */
  | { readonly type: 'unknown' };

/** Of a device that the file does not name. */
const NO_DEVICE = '0'.repeat(32);
/** Fields of a message that are kept and not believed. */
const CLAIMS = ['reactions', 'pinned', 'signing_key'];
const MOST_MEMBERS = 1000;
const MOST_NAME = 512;

/** The records of a file, and which form it has. @throws ImportProblem */
export async function openFile(
  pieces: Pieces,
): Promise<{ readonly format: ExportFormat; readonly records: AsyncIterable<FiledRecord> }> {
  const lines = readLines(pieces);
  const before: Line[] = [];
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    before.push(next.value);
    if (next.value.text.trim() !== '') break;
  }
  const all = chain(before, lines);
  const first = before.at(-1)?.text.trim() ?? '';
  if (first.startsWith('{')) return { format: 'json', records: understood(readJson(all)) };
  if (first === '---') return { format: 'markdown', records: understood(readMarkdown(all)) };
  throw new ImportProblem(t('This is no file of messages: it begins neither with “{” nor with “---”.'));
}

async function* chain(before: readonly Line[], after: AsyncIterable<Line>): AsyncGenerator<Line> {
  yield* before;
  yield* after;
}

async function* understood(records: AsyncIterable<RawRecord>): AsyncGenerator<FiledRecord> {
  for await (const record of records) yield understand(record);
}

function understand(record: RawRecord): FiledRecord {
  const fields = new Fields(record);
  const type = record.fields.get('type') ?? 'message';
  if (type === 'export') return readHead(fields, record.line);
  if (type === 'conversation') return readConversationFields(fields);
  if (type === 'person') return readPersonFields(fields, record.fields);
  if (type === 'certificate') return readCertificateFields(fields);
  if (type === 'end') return { type, messages: fields.whole('messages') };
  if (type !== 'message') return { type: 'unknown' };
  return { type, message: readMessageFields(fields, record.line) };
}

function readHead(fields: Fields, line: number): FiledRecord {
  if (fields.text('format', MOST_NAME) !== EXPORT_NAME)
    throw new ImportProblem(t('Line {line}: this is no file of messages of Sotto.', { line }));
  fields.whole('version');
  if (fields.whole('needs') > EXPORT_VERSION)
    throw new ImportProblem(t('This file needs a newer Sotto. Update this one, then try again.'));
  fields.time('created');
  return { type: 'export', extra: fields.extra() };
}

function readConversationFields(fields: Fields): FiledRecord {
  const kind = fields.text('kind', MOST_NAME, '');
  const id = fields.id('id', isConversationId, 64);
  const name = fields.text('name', MOST_NAME, '');
  fields.text('topic', MAX_CONTENT_BYTES, '');
  const members = fields.list('members', MOST_MEMBERS).filter((each) => typeof each === 'string');
  return {
    type: 'conversation',
    id,
    name: name === '' ? null : name,
    isDirect: kind === 'direct',
    members: members.filter(isAccountId),
    extra: fields.extra(),
  };
}

function readPersonFields(fields: Fields, raw: RawRecord['fields']): FiledRecord {
  const account = fields.id('account', isAccountId, 32);
  const username = fields.text('username', MOST_NAME);
  const name = fields.text('name', MOST_NAME);
  const identity = fields.bytes('identity');
  // What is not known comes along in the record itself.
  const person: ExportedPerson & Extra = {
    ...fields.extra(),
    type: 'person',
    account,
    username,
    name,
    identity: String(raw.get('identity')),
  };
  return { type: 'person', person, identity };
}

function readCertificateFields(fields: Fields): FiledRecord {
  const account = fields.id('account', isAccountId, 32);
  const device = fields.id('device', isDeviceId, 32);
  const signed = fields.bytes('certificate');
  const certificate = fields.text('certificate', 64 * 1024);
  return { type: 'certificate', record: { type: 'certificate', account, device, certificate }, signed };
}

function readMessageFields(fields: Fields, line: number): FiledMessage {
  const id = fields.id('id', isBodyId, 32);
  const conversation = fields.optionalId('conversation', isConversationId, 64);
  const account = fields.id('sender', isAccountId, 32);
  const device = fields.optionalId('device', isDeviceId, 32);
  const name = fields.text('name', MOST_NAME, '');
  const sentAt = fields.time('time');
  const order = fields.text('order', 128, '');
  const text = fields.text('text', MAX_CONTENT_BYTES);
  if (new TextEncoder().encode(text).length > MAX_CONTENT_BYTES)
    fields.fail('text', t('at most {n} bytes', { n: MAX_CONTENT_BYTES }));
  const signed = readOriginalFields(fields);
  const kept = signed.isNamed
    ? CLAIMS
    : [...CLAIMS, 'crypto_version', 'encryption_algorithm', 'kdf_algorithm'];
  fields.list('reactions', MOST_MEMBERS);
  return {
    line,
    id,
    conversation,
    sender: { account, device: device ?? noDevice() },
    name,
    sentAt,
    order: order === '' ? null : order,
    text,
    files: readFiles(fields),
    replyTo: fields.optionalId('reply_to', isBodyId, 32),
    editedAt: fields.optionalTime('edited'),
    signed,
    extra: fields.extra(name === '' ? kept : [...kept, 'name']),
  };
}

function noDevice(): DeviceId {
  if (!isDeviceId(NO_DEVICE)) throw new SyntaxError('A device without an id.');
  return NO_DEVICE;
}
