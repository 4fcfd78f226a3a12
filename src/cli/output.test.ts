import { expect, test } from 'bun:test';
import type { HistoryMessage } from '../client/engine-types.ts';
import { UNMARKED } from '../client/history.ts';
import { accountId, bodyId, conversationId, deviceId } from '../contract/bytes.ts';
import { fileId } from '../contract/files.ts';
import type { Io } from './io.ts';
import { printMessage } from './messages.ts';
import { aligned, Output, plain } from './output.ts';

const HOSTILE = 'a\u001b[2Jb\u009b31mc\u202ed\u0007e\rf\r\ng\th';
const message: HistoryMessage = {
  id: bodyId(new Uint8Array(16).fill(1)),
  conversation: conversationId(new Uint8Array(32).fill(2)),
  order: '1',
  sender: { account: accountId(new Uint8Array(16).fill(3)), device: deviceId(new Uint8Array(16).fill(4)) },
  mine: false,
  sentAt: Date.UTC(2026, 0, 5),
  kind: 'text',
  text: 'one\ntwo',
  verified: true,
  status: null,
  reason: null,
  note: null,
  suite: 2,
  ...UNMARKED,
};

async function printed(json: boolean, shown: HistoryMessage, sender = 'ada'): Promise<string> {
  let out = '';
  const io: Io = {
    env: {},
    readInput: async () => '',
    input: async function* () {},
    terminalWidth: null,
    print: async (text) => {
      out += text;
    },
    warn: async () => {},
    onInterrupt: () => () => {},
  };
  await printMessage(new Output(io, json), shown, sender);
  return out;
}

test('what people write commands no terminal', async () => {
  expect(plain(HOSTILE)).toBe('a\ufffd[2Jb\ufffd31mc\ufffdd\ufffde\nf\ng\th');
  const line = await printed(false, { ...message, text: HOSTILE }, '\u001b[1mada');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(line).not.toMatch(/[\u001b\u009b\u202e\u0007\r]/);
});

test('an object is one line without controls, and reads back as it was', async () => {
  const line = await printed(true, { ...message, text: HOSTILE });
  expect(line.trimEnd().split('\n')).toHaveLength(1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(line.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(JSON.parse(line)).toEqual({
    event: 'message',
    id: '01'.repeat(16),
    conversation: '02'.repeat(32),
    sender: 'ada',
    account: '03'.repeat(16),
    device: '04'.repeat(16),
    sentAt: Date.UTC(2026, 0, 5),
    kind: 'text',
    text: HOSTILE,
    verified: true,
    mine: false,
    status: null,
    reason: null,
    note: null,
    ...UNMARKED,
  });
});

test('what was said of a message stands behind it', async () => {
  const marked = {
    ...message,
    editedAt: 1,
    pinned: true,
    reactions: [{ emoji: '👍', people: [message.sender.account], mine: false }],
  };
  expect(await printed(false, marked)).toContain('(edited; pinned; 👍 1)');
  const { reactions } = JSON.parse(await printed(true, marked));
  expect(reactions).toEqual([{ emoji: '👍', people: [message.sender.account] }]);
});

test('lines of a message stand under each other', async () => {
  const [first = '', second = ''] = (await printed(false, message)).split('\n');
  expect(first.indexOf('one')).toBe(second.indexOf('two'));
  expect(await printed(false, { ...message, verified: false })).toContain('(not verified)');
  expect(await printed(false, { ...message, mine: true, status: 'Delivered' })).toContain('(Delivered)');
  expect(await printed(false, { ...message, kind: 'unreadable', text: '', reason: 'Because.' })).toContain(
    'Because.',
  );
});

test('files stand below what is said with them, and commands no terminal either', async () => {
  const file = {
    id: fileId(new Uint8Array(16).fill(5)),
    key: new Uint8Array(32),
    name: 'tide\u009b31m.pdf',
    type: 'application/pdf',
    size: 1_400_000,
    root: new Uint8Array(32),
    commitment: new Uint8Array(32),
    series: fileId(new Uint8Array(16).fill(5)),
    version: 2,
    previewType: '',
    preview: null,
    width: null,
    height: null,
    duration: null,
    expiresAt: null,
  };
  const shown = { ...message, text: 'look', files: [file] };
  const [first = '', second = ''] = (await printed(false, shown)).split('\n');
  expect(first).toEndWith('look');
  expect(second.trim()).toBe('[tide\ufffd31m.pdf, 1.4 MB]');
  const json = JSON.parse(await printed(true, shown));
  expect(json.kind).toBe('file');
  expect(json.files).toEqual([
    { id: file.id, name: file.name, type: 'application/pdf', size: 1_400_000, version: 2 },
  ]);
});

test('columns are aligned by what is seen, not by what is stored', () => {
  expect(
    aligned([
      ['日本', 'x'],
      ['ada', 'y'],
    ]),
  ).toEqual(['日本  x', 'ada   y']);
});
