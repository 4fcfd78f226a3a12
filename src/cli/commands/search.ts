/** `search`: messages on this device by their words, or parts of them. */
import { type FoundMessage, HistorySearch } from '../../client/search/history-search.ts';
import { buildIndex, foldChanges } from '../../client/search/maintenance.ts';
import { FILTERS, writeFilter } from '../../client/search/query.ts';
import type { Command } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { kindOf, wordsOf } from '../messages.ts';
import { type Output, plain, timeOf } from '../output.ts';
import { wholeNumber } from '../values.ts';

const DEFAULT_LIMIT = '50';
/** A first building that takes longer says so, in milliseconds. */
const PATIENCE_MS = 2000;

export const search: Command = async ({ home, option, rest, output }) => {
  const limit = wholeNumber('limit', option('limit') ?? DEFAULT_LIMIT);
  const filters = FILTERS.flatMap((name) => {
    const value = option(name);
    return value === null ? [] : [{ name, value }];
  });
  if (filters.some(({ value }) => value.trim() === '')) throw new WrongUse('A filter needs a value.');
  const typed = [...filters.map(writeFilter), ...rest].join(' ');
  if (typed.trim() === '') throw new WrongUse('Say what to search for: words, or a filter.');
  await withDevice({ home, output }, async (device) => {
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device has.');
    const { storage } = device.home;
    const began = performance.now();
    let isSaid = false;
    await buildIndex(storage, async () => {
      if (isSaid || performance.now() - began < PATIENCE_MS) return;
      isSaid = true;
      await output.note('Indexing the history: this happens once.');
    });
    await foldChanges(storage);
    const history = new HistorySearch(storage);
    await history.refresh();
    const { messages, total, unknown } = await history.ask(typed, Date.now(), limit);
    const [wrong] = unknown;
    if (wrong)
      throw new Failed(
        wrong.name === 'in' || wrong.name === 'from'
          ? `This device knows nothing called "${wrong.value}".`
          : `--${wrong.name} does not take "${wrong.value}".`,
      );
    for (const found of [...messages].reverse()) await printFound(output, found);
    if (total === 0) await output.remark('Nothing found.');
    else if (total > messages.length)
      await output.remark(`${messages.length} of ${total}: more with --limit.`);
  });
};

function printFound(output: Output, { message, username, conversation }: FoundMessage): Promise<void> {
  const { id, sender, sentAt, text, files, verified, mine } = message;
  const { account, device } = sender;
  const name = username === '' ? account : username;
  const head = [timeOf(sentAt), plain(conversation.name), plain(name)]
    .filter((part) => part !== '')
    .join('  ');
  const indent = ' '.repeat(4);
  return output.event(
    'found',
    {
      id,
      conversation: conversation.id,
      name: conversation.name,
      sender: name,
      account,
      device,
      sentAt,
      kind: kindOf(message),
      text,
      files: files.map(({ id, name, type, size, version }) => ({ id, name, type, size, version })),
      verified,
      mine,
    },
    `${head}\n${indent}${plain(wordsOf(message)).replaceAll('\n', `\n${indent}`)}`,
  );
}
