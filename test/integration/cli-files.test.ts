/** Files from one command line to another, over a line that can be slow or cut, with processes that are killed in the middle. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Line } from '../support/client.ts';
import { as, Pair } from '../support/pair.ts';
import { SlowLine } from '../support/slow-line.ts';

const PATIENCE_MS = 240_000;
const MIB = 1024 * 1024;

let pair: Pair;
/** The line of the devices `ada` and `ben`. */
let line: SlowLine;

beforeAll(async () => {
  pair = await Pair.open();
  line = await SlowLine.open(pair.server.port);
  for (const who of ['ada', 'ben'] as const)
    await pair.devices.done(
      who,
      ['login', '--server', `http://localhost:${line.port}`, '--username', who],
      as(who),
    );
}, PATIENCE_MS);
afterAll(async () => {
  await line.close();
  await pair.remove();
});

const at = (...names: string[]) => pair.devices.home(join(...names));
/** A file of bytes that repeat nowhere, and look like nothing that has a type. */
function fileOf(name: string, size: number): string {
  const bytes = new Uint8Array(size);
  for (let from = 0; from < size; from += 65_536) crypto.getRandomValues(bytes.subarray(from, from + 65_536));
  bytes.fill(0, 0, 1);
  mkdirSync(at('disk'), { recursive: true });
  writeFileSync(at('disk', name), bytes);
  return at('disk', name);
}
const isSame = (path: string, other: string) => readFileSync(path).equals(readFileSync(other));
const send = (...args: string[]) => pair.devices.done('ada', ['send', '--to', 'ben', ...args]);
const hear = async (...args: string[]): Promise<Line> => {
  const [message] = await pair.devices.done('ben', ['listen', '--count', '1', '--timeout', '60s', ...args]);
  if (message === undefined) throw new Error('nothing was heard');
  return message;
};
const download = (id: unknown, ...args: string[]) =>
  pair.devices.run('ben', ['download', String(id), '--out', at('out'), ...args]);
const filesOf = (line: Line | undefined): readonly { readonly id?: unknown }[] =>
  Array.isArray(line?.files) ? line.files : [];
const partsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.part'));

test(
  'files of every size arrive as they were, with one message [R33]',
  async () => {
    const sizes = [0, 1, MIB, MIB + 1, 5 * MIB];
    const paths = sizes.map((size) => fileOf(`${size}.bin`, size));
    const [sent] = await send(...paths.flatMap((path) => ['--file', path]), 'five of them');
    expect(sent).toMatchObject({
      event: 'sent',
      files: sizes.map((size) => ({ name: `${size}.bin`, size })),
    });
    const message = await hear();
    expect(message).toMatchObject({
      event: 'message',
      id: sent?.id,
      kind: 'file',
      text: 'five of them',
      verified: true,
      files: sizes.map((size) => ({ name: `${size}.bin`, type: '', size, version: 1 })),
    });
    const saved = await download(message.id);
    expect([saved.code, saved.err]).toEqual([0, '']);
    for (const [index, path] of paths.entries()) {
      expect(saved.lines[index]).toMatchObject({ event: 'downloaded', bytes: sizes[index] });
      expect(isSame(String(saved.lines[index]?.path), path)).toBe(true);
      expect(statSync(String(saved.lines[index]?.path)).mode & 0o777).toBe(0o600);
    }
    // Nothing is overwritten; one of them by its number, and to standard output.
    const again = await download(message.id, '--file', '2');
    expect(again.lines).toMatchObject([{ path: at('out', '1 (1).bin') }]);
    const piped = await pair.devices.run('ben', [
      'download',
      String(message.id),
      '--out',
      '-',
      '--file',
      '1.bin',
    ]);
    expect([piped.code, piped.err]).toEqual([0, '']);
    expect(await pair.devices.run('ben', ['download', String(message.id), '--out', '-'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Say which file with --file. It has: 1. 0.bin, 2. 1.bin'),
    });
    expect(partsIn(at('out'))).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  'a send that is killed goes on when the same command is given again, without sending twice what has arrived',
  async () => {
    const path = fileOf('killed.bin', 8 * MIB);
    const begun = line.up;
    line.rate = 4 * MIB;
    const running = pair.devices.start('ada', ['send', '--to', 'ben', '--file', path, 'slowly']);
    await line.until(({ up }) => up - begun > 6 * MIB);
    running.kill('SIGKILL');
    await running.ended;
    line.rate = null;
    const [upload] = await pair.devices.done('ada', ['files', '--query', 'killed']);
    expect(upload).toMatchObject({ event: 'upload', name: 'killed.bin', size: 8 * MIB, state: 'waiting' });
    const killed = line.up;
    const outcome = await pair.devices.run('ada', ['send', '--to', 'ben', '--file', path, 'slowly']);
    expect([outcome.code, outcome.err]).toEqual([0, 'Going on with what was begun before.\n']);
    expect(line.up - killed).toBeLessThan(6 * MIB);
    const message = await hear();
    expect(message).toMatchObject({ id: outcome.lines[0]?.id, text: 'slowly' });
    expect((await download(message.id)).code).toBe(0);
    expect(isSame(at('out', 'killed.bin'), path)).toBe(true);
    expect(await pair.devices.done('ada', ['files', '--query', 'killed'])).toMatchObject([{ event: 'file' }]);

    // A listen that runs beside it goes on with it at once.
    const listening = pair.devices.start('ada', ['listen']);
    const again = line.up;
    line.rate = 4 * MIB;
    const left = pair.devices.start('ada', ['send', '--to', 'ben', '--file', path, 'left behind']);
    await line.until(({ up }) => up - again > 2 * MIB);
    left.kill('SIGKILL');
    await left.ended;
    line.rate = null;
    expect(await hear()).toMatchObject({ text: 'left behind', files: [{ name: 'killed.bin' }] });
    listening.kill('SIGINT');
    expect(await listening.ended).toMatchObject({ code: 0, err: '' });
  },
  PATIENCE_MS,
);

test(
  'a download that is killed goes on, and what was damaged on the disk meanwhile is fetched again',
  async () => {
    const path = fileOf('slow.bin', 8 * MIB);
    await send('--file', path);
    const message = await hear();
    const partIn = (folder: string) => join(at(folder), partsIn(at(folder))[0] ?? 'none');
    const sizeIn = (folder: string) => statSync(partIn(folder), { throwIfNoEntry: false })?.size ?? 0;
    for (const mischief of ['killed', 'damaged'] as const) {
      mkdirSync(at(mischief));
      line.rate = 4 * MIB;
      const running = pair.devices.start('ben', ['download', String(message.id), '--out', at(mischief)]);
      await line.until(() => sizeIn(mischief) >= 3 * MIB);
      running.kill('SIGKILL');
      await running.ended;
      line.rate = null;
      const there = sizeIn(mischief);
      if (mischief === 'damaged') {
        const bytes = readFileSync(partIn(mischief));
        bytes[10] = (bytes[10] ?? 0) ^ 1;
        writeFileSync(partIn(mischief), bytes);
      }
      const killed = line.down;
      const outcome = await pair.devices.run('ben', ['download', String(message.id), '--out', at(mischief)]);
      expect(outcome).toMatchObject({ code: 0, err: '' });
      expect(isSame(at(mischief, 'slow.bin'), path)).toBe(true);
      expect(partsIn(at(mischief))).toEqual([]);
      const fetched = line.down - killed;
      if (mischief === 'killed') expect(fetched).toBeLessThan(8 * MIB - there + MIB / 2);
      else expect(fetched).toBeGreaterThan(8 * MIB);
    }

    // The same where a listen saves what comes: its message is printed once the file is there.
    await send('--file', path, 'heard slowly');
    mkdirSync(at('listening'));
    line.rate = 4 * MIB;
    const listening = pair.devices.start('ben', ['listen', '--download', at('listening')]);
    await line.until(() => sizeIn('listening') >= 3 * MIB);
    listening.kill('SIGKILL');
    expect((await listening.ended).lines).toEqual([]);
    line.rate = null;
    const killed = line.down;
    expect(await hear('--download', at('listening'))).toMatchObject({ text: 'heard slowly' });
    expect(line.down - killed).toBeLessThan(6 * MIB);
    expect(readdirSync(at('listening'))).toEqual(['slow.bin']);
    expect(isSame(at('listening', 'slow.bin'), path)).toBe(true);
  },
  PATIENCE_MS,
);

test(
  'a network that is cut, and a server that begins again, in the middle of both ways',
  async () => {
    const path = fileOf('cut.bin', 5 * MIB);
    const up = line.up;
    line.rate = 2 * MIB;
    const sending = pair.devices.start('ada', ['send', '--to', 'ben', '--file', path]);
    await line.until((now) => now.up - up > 1.5 * MIB);
    line.cut();
    line.mend();
    await line.until((now) => now.up - up > 2.5 * MIB);
    await pair.server.kill();
    await pair.begin();
    line.rate = null;
    expect((await sending.ended).code).toBe(0);
    const message = await hear();

    const down = line.down;
    line.rate = 2 * MIB;
    const fetching = pair.devices.start('ben', ['download', String(message.id), '--out', at('cut')]);
    await line.until((now) => now.down - down > 1.5 * MIB);
    line.cut();
    line.mend();
    await line.until((now) => now.down - down > 2.5 * MIB);
    await pair.server.kill();
    await pair.begin();
    line.rate = null;
    expect(await fetching.ended).toMatchObject({ code: 0, err: '' });
    expect(isSame(at('cut', 'cut.bin'), path)).toBe(true);
  },
  PATIENCE_MS,
);

test(
  'pipes: standard input is a file, and a file is standard output',
  async () => {
    const sent = await pair.devices.run(
      'ada',
      ['send', '--to', 'ben', '--file', '-', '--name', '../tide\u202etxt.md'],
      { input: '# High at nine\n' },
    );
    expect(sent).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(at('ada', 'sending'))).toEqual([]);
    const message = await hear();
    expect(message).toMatchObject({
      text: '',
      files: [{ name: '_tidetxt.md', type: 'text/plain', size: 15 }],
    });
    const piped = await pair.devices.run('ben', ['download', String(message.id), '--out', '-']);
    expect(piped).toMatchObject({ code: 0, err: '', out: '# High at nine\n' });
  },
  PATIENCE_MS,
);

test(
  'a file that was changed while it was on its way is refused, and called off',
  async () => {
    const path = fileOf('changing.bin', 4 * MIB);
    const begun = line.up;
    line.rate = MIB;
    const running = pair.devices.start('ada', ['send', '--to', 'ben', '--file', path]);
    await line.until(({ up }) => up - begun > MIB);
    running.kill('SIGINT');
    const stopped = await running.ended;
    expect([stopped.code, stopped.err]).toEqual([1, expect.stringContaining('Stopped. It goes on when')]);
    line.rate = null;
    fileOf('changing.bin', 3 * MIB);
    const next = await pair.devices.run('ada', ['send', '--to', 'ben', 'a word']);
    expect([next.code, next.lines]).toMatchObject([0, [{ event: 'sent' }]]);
    expect(next.err).toContain('Going on with changing.bin, which an earlier command has begun.');
    expect(next.err).toMatch(
      /was changed since its upload began.* "files --forget [0-9a-f]{32}" calls it off/,
    );
    const left = (await pair.devices.done('ada', ['files'])).filter(({ event }) => event === 'upload');
    expect(left).toMatchObject([{ name: 'changing.bin' }]);
    const [forgotten] = await pair.devices.done('ada', ['files', '--forget', String(left[0]?.id)]);
    expect(forgotten).toMatchObject({ event: 'forgotten', id: left[0]?.id });
    expect((await pair.devices.done('ada', ['files'])).filter(({ event }) => event === 'upload')).toEqual([]);
    expect(await hear()).toMatchObject({ text: 'a word', files: [] });
  },
  PATIENCE_MS,
);

test(
  'two sends at once from one folder, and a listen that saves what comes',
  async () => {
    const paths = ['one.bin', 'two.bin'].map((name) => fileOf(name, 2 * MIB + 7));
    const sent = await Promise.all(paths.map((path) => send('--file', path)));
    // Saved by a command that did not come to say so: it is not saved again.
    await pair.devices.done('ben', ['history', '--with', 'ada']);
    const first = await pair.devices.run('ben', ['download', String(sent[0]?.[0]?.id), '--out', at('heard')]);
    expect(first.code).toBe(0);
    const heard = await pair.devices.done('ben', [
      'listen',
      '--count',
      '2',
      '--timeout',
      '60s',
      '--download',
      at('heard'),
    ]);
    expect(heard.map(({ event }) => event)).toEqual(['message', 'downloaded', 'message', 'downloaded']);
    expect(heard.flatMap(({ event, id }) => (event === 'message' ? [id] : [])).sort()).toEqual(
      sent.map(([each]) => each?.id).sort(),
    );
    expect(readdirSync(at('heard')).sort()).toEqual(['one.bin', 'two.bin']);
    for (const path of paths) expect(isSame(at('heard', path.split('/').at(-1) ?? ''), path)).toBe(true);

    // What somebody else sends fills no disk.
    await send('--file', fileOf('slight.bin', 10), '--file', fileOf('vast.bin', 2 * MIB));
    const limited = [
      'listen',
      '--count',
      '1',
      '--timeout',
      '60s',
      '--download',
      at('heard'),
      '--max-size',
      '2MB',
    ];
    const { code, lines, err } = await pair.devices.run('ben', limited);
    expect([code, lines.map(({ event }) => event)]).toEqual([0, ['message', 'downloaded']]);
    expect(err).toMatch(/vast\.bin: not saved, for it has 2\.1\sMB, and --max-size is 2\sMB/);
    expect(readdirSync(at('heard')).sort()).toEqual(['one.bin', 'slight.bin', 'two.bin']);
  },
  PATIENCE_MS,
);

test(
  'versions: a new one, the old one again, and when the server forgets',
  async () => {
    const [first] = await send('--file', fileOf('plan.bin', 10));
    await hear();
    await send('--file', fileOf('plan.bin', 20), '--new-version-of', String(first?.id));
    const message = await hear();
    expect(message.files).toMatchObject([{ name: 'plan.bin', size: 20, version: 2 }]);
    const latest = await pair.devices.done('ben', ['files', '--query', 'plan']);
    expect(latest).toMatchObject([
      { event: 'file', version: 2, superseded: false, sender: 'ada', mine: false },
    ]);
    const versions = await pair.devices.done('ben', ['files', '--versions', String(latest[0]?.id)]);
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    const old = versions[1];
    await pair.devices.done('ada', ['files', '--restore', String(old?.id)]);
    expect(await hear()).toMatchObject({ files: [{ name: 'plan.bin', size: 10, version: 3 }] });

    const newest = latest[0];
    const [expiring] = await pair.devices.done('ada', ['files', '--expires', `${newest?.id}=7d`]);
    expect(Number(expiring?.expiresAt)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    await pair.devices.done('ada', ['files', '--forget', String(newest?.id)]);
    const gone = await download(message.id);
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('is not on the server any more')]);
    const foreign = await pair.devices.run('ben', ['files', '--forget', String(old?.id)]);
    expect([foreign.code, foreign.err]).toEqual([1, expect.stringContaining('not yours')]);
    // A message whose file is gone is printed all the same, and why stands on standard error.
    const [missed] = await send('--file', fileOf('gone.bin', 30), 'see below');
    await pair.devices.done('ada', ['files', '--forget', String(filesOf(missed)[0]?.id)]);
    const passed = await pair.devices.run('ben', [
      'listen',
      '--count',
      '1',
      '--timeout',
      '60s',
      '--download',
      at('gone'),
    ]);
    expect([passed.code, passed.lines]).toMatchObject([0, [{ event: 'message', text: 'see below' }]]);
    expect(passed.err).toContain('gone.bin: This file is not on the server any more');
    expect(await pair.devices.done('ben', ['search', 'gone.bin'])).toMatchObject([
      { event: 'found', kind: 'file', files: [{ name: 'gone.bin' }] },
    ]);
    const [usage] = await pair.devices.done('ada', ['files', '--usage']);
    expect(usage).toMatchObject({ event: 'usage', used: expect.any(Number), limit: expect.any(Number) });
  },
  PATIENCE_MS,
);

test(
  'who was removed from a group fetches nothing of it, and what the disk of the server has lost is told in a sentence [R33]',
  async () => {
    const [group] = await pair.devices.done('ada', ['create', '--name', 'Crew', '--people', 'ben']);
    const id = String(group?.id);
    const path = fileOf('crew.bin', 3 * MIB);
    const toCrew = ['send', '--conversation', id, '--file', path];
    await pair.devices.done('ada', toCrew);
    const message = await hear();
    expect(message.conversation).toBe(id);

    const blobs = [...new Bun.Glob('**/*').scanSync({ cwd: join(pair.server.data, 'blobs'), absolute: true })]
      .map((blob) => ({ blob, at: statSync(blob).mtimeMs }))
      .sort((a, b) => b.at - a.at);
    const last = blobs[0]?.blob ?? '';
    const kept = readFileSync(last);
    const bent = Uint8Array.from(kept);
    bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
    writeFileSync(last, bent);
    const damaged = await pair.devices.run('ben', ['download', String(message.id), '--out', at('crew')]);
    expect([damaged.code, damaged.out]).toEqual([1, '']);
    expect(damaged.err).toContain('crew.bin: What the server gives is not the file that was sent');
    expect(readdirSync(at('crew'))).toHaveLength(1);
    writeFileSync(last, kept);

    await pair.devices.done('ada', ['members', '--conversation', id, '--remove', 'ben']);
    const refused = await pair.devices.run('ben', ['download', String(message.id), '--out', at('crew')]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('not for you')]);
    expect(partsIn(at('crew'))).toHaveLength(1);
  },
  PATIENCE_MS,
);

test(
  'what cannot be sent or saved says so in one sentence',
  async () => {
    const refused = async (args: readonly string[]) => {
      const { code, err, lines } = await pair.devices.run('ada', args);
      expect(lines).toEqual([]);
      return `${code} ${err.split('\n')[0]}`;
    };
    const toBen = ['send', '--to', 'ben'];
    expect(await refused([...toBen, '--file', at('nowhere')])).toMatch(/^1 There is no such file/);
    expect(await refused([...toBen, '--file', at('disk')])).toMatch(/^1 .* is no file/);
    const eleven = Array.from({ length: 11 }, () => ['--file', at('disk', 'one.bin')]).flat();
    expect(await refused([...toBen, ...eleven])).toMatch(/^2 A message holds 10 files/);
    expect(await refused([...toBen, '--file', '-', '-'])).toMatch(/^2 Standard input can be one thing/);
    expect(await refused([...toBen, '--expires', '7d', 'words'])).toMatch(/^2 /);
    expect(await refused([...toBen, '--expires', 'soon', '--file', at('disk', 'one.bin')])).toMatch(
      /^2 --expires takes/,
    );
    expect(await refused(['download', 'x', '--out', at('out')])).toMatch(/^2 A message or a file is named/);
    expect(await refused(['download', 'f'.repeat(32), '--out', at('out')])).toMatch(
      /^1 There is no such message/,
    );
    expect(await refused(['download', 'f'.repeat(32), '--out', at('disk', 'one.bin')])).toMatch(/^1 /);
    expect(await refused(['files', '--sort', 'colour'])).toMatch(/^2 --sort takes/);
    expect(await refused(['files', '--usage', '--versions', 'f'.repeat(32)])).toMatch(/^2 Say one of/);

    line.cut();
    const away = await pair.devices.run('ada', [...toBen, '--file', fileOf('later.bin', 100)]);
    expect([away.code, away.out]).toEqual([1, '']);
    expect(away.err).toContain('It goes on when the same command is given again');
    line.mend();
    const listening = pair.devices.start('ada', ['listen']);
    expect(await hear()).toMatchObject({ files: [{ name: 'later.bin' }] });
    listening.kill('SIGINT');
    await listening.ended;
  },
  PATIENCE_MS,
);
