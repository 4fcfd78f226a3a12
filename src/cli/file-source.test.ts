import { afterAll, expect, test } from 'bun:test';
import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSource, openSource, readHint, writeHint } from './file-source.ts';
import { settleSpool, spool, sweepSpool } from './spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-source-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

test('a file is read in pieces, and found again by its hint', async () => {
  writeFileSync(at('tide.txt'), 'high at nine');
  const source = await openSource(at('tide.txt'));
  expect([source.name, source.size]).toEqual(['tide.txt', 12]);
  expect(new TextDecoder().decode(await source.read(5, 7))).toBe('at');
  expect(await source.read(12, 12)).toHaveLength(0);
  const again = await findSource(writeHint(source.hint));
  expect(new TextDecoder().decode(await again?.read(0, 4))).toBe('high');
});

test('a link is named as it is called, and read where it leads', async () => {
  symlinkSync(at('tide.txt'), at('today.txt'));
  const source = await openSource(at('today.txt'));
  expect(source.name).toBe('today.txt');
  expect(source.hint.path).toEndWith('tide.txt');
});

test('what was changed is not sent', async () => {
  writeFileSync(at('draft.txt'), 'one');
  const source = await openSource(at('draft.txt'));
  const hint = writeHint(source.hint);
  utimesSync(at('draft.txt'), new Date(), new Date(Date.now() - 60_000));
  expect(source.read(0, 3)).rejects.toThrow(/was changed since its upload began/);
  expect(findSource(hint)).rejects.toThrow(/was changed/);
  writeFileSync(at('short.txt'), 'four');
  const short = await openSource(at('short.txt'));
  truncateSync(at('short.txt'), 2);
  expect(short.read(0, 4)).rejects.toThrow(/was changed/);
  rmSync(at('short.txt'));
  expect(await findSource(writeHint(short.hint))).toBeNull();
});

test('what is no file says so in a sentence', async () => {
  expect(openSource(at('missing'))).rejects.toThrow('There is no such file or folder');
  expect(openSource(folder)).rejects.toThrow(/is no file/);
  for (const text of ['', 'x', 'null', '{}', '{"path":1,"size":2,"mtime":3}'])
    expect(readHint(text)).toBeNull();
});

test('standard input is kept for its owner alone, and swept when nothing names it', async () => {
  async function* input() {
    yield new TextEncoder().encode('high ');
    yield new TextEncoder().encode('water');
  }
  const home = at('home');
  const made = async (minutes: number, isSettled: boolean) => {
    const path = await spool(home, input());
    const settled = isSettled ? await settleSpool(path) : path;
    const then = new Date(Date.now() - minutes * 60_000);
    utimesSync(settled, then, then);
    return settled;
  };
  const wanted = await made(120, true);
  expect(statSync(wanted).mode & 0o777).toBe(0o600);
  expect(await Bun.file(wanted).text()).toBe('high water');
  const kept = [wanted, await made(0, true), await made(30, false)];
  await made(5, true);
  await made(120, false);
  await sweepSpool(home, async () => [wanted]);
  const left = readdirSync(join(home, 'sending')).map((name) => join(home, 'sending', name));
  expect(left.sort()).toEqual(kept.sort());

  async function* broken() {
    yield new Uint8Array(3);
    throw new Error('the pipe broke');
  }
  expect(spool(home, broken())).rejects.toThrow('the pipe broke');
});
