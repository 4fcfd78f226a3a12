import { afterAll, expect, test } from 'bun:test';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyName, PartFile, partName } from './part-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sotto-part-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ID = 'f'.repeat(32);

test('names: the part says which file it is of, copies count up, and none is longer than a disk takes', () => {
  expect(partName('tide.pdf', ID)).toBe(`tide.pdf.${ID}.part`);
  expect(partName(`${'ä'.repeat(120)}.pdf`, ID)).toBe(`${ID}.part`);
  expect([0, 1, 2].map((n) => copyName('tide.tar.gz', n))).toEqual([
    'tide.tar.gz',
    'tide.tar (1).gz',
    'tide.tar (2).gz',
  ]);
  expect(copyName('README', 3)).toBe('README (3)');
  const long = copyName(`${'🌊'.repeat(63)}.md`, 12);
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(255);
  expect(long).toEndWith('🌊 (12).md');
});

test('it is there whole or under another name, and nothing is overwritten', async () => {
  const target = join(folder, 'plain');
  mkdirSync(target);
  writeFileSync(join(target, 'tide.txt'), 'mine');
  const path = join(target, partName('tide.txt', ID));
  const part = await PartFile.open(path);
  await part.write(new TextEncoder().encode('high'), 0);
  await part.write(new TextEncoder().encode(' water'), 4);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect((await part.source()).size).toBe(10);
  await part.cut(4);
  await part.close();
  expect(await part.finish(target, 'tide.txt')).toBe(join(target, 'tide (1).txt'));
  expect(readFileSync(join(target, 'tide (1).txt'), 'utf8')).toBe('high');
  expect(readdirSync(target).sort()).toEqual(['tide (1).txt', 'tide.txt']);
  expect(readFileSync(join(target, 'tide.txt'), 'utf8')).toBe('mine');
});

test('what somebody else has put in its place is neither written to nor followed [R33]', async () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, join(folder, 'link'));
  linkSync(victim, join(folder, 'second name'));
  mkdirSync(join(folder, 'folder'));
  await Bun.$`mkfifo ${join(folder, 'pipe')}`;
  for (const name of ['link', 'second name', 'pipe'])
    await expect(PartFile.open(join(folder, name))).rejects.toThrow(
      /is not a file that this command has made/,
    );
  await expect(PartFile.open(join(folder, 'folder'))).rejects.toThrow();
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

test('two at once get two names', async () => {
  const target = join(folder, 'both');
  mkdirSync(target);
  const paths = await Promise.all(
    ['a', 'b', 'c'].map(async (id) => {
      const part = await PartFile.open(join(target, partName('tide.txt', id.repeat(32))));
      await part.write(new TextEncoder().encode(id), 0);
      await part.close();
      return part.finish(target, 'tide.txt');
    }),
  );
  expect(new Set(paths).size).toBe(3);
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['a', 'b', 'c']);
});
