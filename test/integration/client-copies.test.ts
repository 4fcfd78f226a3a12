/**
 * Folders of devices that are copied, put back, damaged or emptied: nothing is sealed twice, receivers and persons are told,
 * and the command line says what to do.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { as, Pair } from '../support/pair.ts';

const PATIENCE_MS = 120_000;

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.open();
  await pair.send('ada', 'ben', 'one');
  expect(await pair.hear('ben', 1)).toEqual(['one']);
  await pair.send('ben', 'ada', 'two');
  expect(await pair.hear('ada', 1)).toEqual(['two']);
}, PATIENCE_MS);
afterAll(() => pair.remove());

const folder = (name: string) => pair.devices.home(name);
const databaseFiles = (name: string) =>
  readdirSync(folder(name)).filter((file) => file.startsWith('device.sqlite'));

/** Copies the database alone, without the note beside it. */
function putBack(from: string, to: string) {
  for (const file of databaseFiles(to)) rmSync(join(folder(to), file));
  for (const file of databaseFiles(from)) copyFileSync(join(folder(from), file), join(folder(to), file));
}

test(
  'a database that was put back goes on where the order was, and the person is told [R21, R30]',
  async () => {
    expect(statSync(join(folder('ada'), 'sealed.json')).mode & 0o777).toBe(0o600);
    cpSync(folder('ada'), folder('ada-backup'), { recursive: true });
    await pair.send('ada', 'ben', 'three');
    expect(await pair.hear('ben', 1)).toEqual(['three']);
    putBack('ada-backup', 'ada');
    const sending = await pair.devices.run('ada', ['send', '--to', 'ben', 'four']);
    expect([sending.code, sending.err]).toEqual([0, expect.stringContaining('put back to an older state')]);
    const hearing = await pair.devices.run('ben', ['listen', '--count', '1', '--timeout', '60s']);
    expect(hearing.lines.map(({ text }) => text)).toEqual(['four']);
    expect(hearing.err).toBe('');
    expect(await pair.texts('ben', 'ada')).toEqual(['one', 'two', 'three', 'four']);
    await pair.send('ben', 'ada', 'five');
    const again = await pair.devices.run('ada', ['listen', '--count', '1', '--timeout', '60s']);
    expect(again.lines.map(({ text }) => text)).toEqual(['five']);
    expect(again.err).toBe('');
  },
  PATIENCE_MS,
);

test(
  'two processes with one state: the receiver is told, and a new session begins [R29]',
  async () => {
    // Not heard yet, so that original and copy stand on the same step of the ratchet.
    await pair.send('ada', 'ben', 'before the copy');
    cpSync(folder('ada'), folder('ada-copy'), { recursive: true });
    await pair.send('ada', 'ben', 'from the original');
    await pair.send('ada-copy', 'ben', 'from the copy');
    const hearing = await pair.devices.run('ben', ['listen', '--timeout', '5s']);
    expect(hearing.lines.map(({ text }) => text)).toEqual(['before the copy', 'from the original']);
    expect(hearing.err).toContain('seems to run twice with the same keys');
    // What the original says next opens, because the session that both have is gone.
    await pair.send('ben', 'ada', 'which of you is it?');
    expect(await pair.hear('ada', 1)).toEqual(['which of you is it?']);
    await pair.send('ada', 'ben', 'it is me');
    expect(await pair.hear('ben', 1)).toEqual(['it is me']);
  },
  PATIENCE_MS,
);

test(
  'a database that is gone, emptied or damaged: one sentence that says what to do',
  async () => {
    const gone = 'is gone, and its keys and messages with it';
    for (const [name, harm, sentence] of [
      ['deleted', (path: string) => rmSync(path), gone],
      ['emptied', (path: string) => truncateSync(path), gone],
      [
        'overwritten',
        (path: string) => writeFileSync(path, 'x'.repeat(8192)),
        'is not the database of a Sotto device',
      ],
      ['torn', (path: string) => truncateSync(path, 8192), 'is damaged'],
    ] as const) {
      cpSync(folder('ben'), folder(name), { recursive: true });
      for (const file of databaseFiles(name)) if (file !== 'device.sqlite') rmSync(join(folder(name), file));
      harm(join(folder(name), 'device.sqlite'));
      const { code, out, err } = await pair.devices.run(name, ['history', '--with', 'ada']);
      expect([name, code, out, err.trimEnd().split('\n').length]).toEqual([name, 1, '', 1]);
      expect(err).toContain(sentence);
    }
    // The way out that the sentence names.
    const server = pair.server.url;
    await pair.devices.done('deleted', ['login', '--server', server, '--username', 'ben'], as('ben'));
    expect(existsSync(join(folder('deleted'), 'device.sqlite'))).toBe(true);
    await pair.send('deleted', 'ada', 'back again');
    expect(await pair.hear('ada', 1)).toEqual(['back again']);
  },
  PATIENCE_MS,
);
