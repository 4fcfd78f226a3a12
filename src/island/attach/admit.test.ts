import { expect, test } from 'bun:test';
import { MAX_FILES_PER_MESSAGE } from '../../contract/files.ts';
import { admitFiles } from './admit.ts';

const files = (count: number, size = 10) =>
  Array.from({ length: count }, (_, index) => ({ name: `${index}.txt`, size }));

test('everything that fits is taken, and nothing is said', () => {
  expect(admitFiles(files(3), 2, 100)).toEqual({ taken: files(3), sentences: [] });
});

test('files beyond the limit of a message are left out, the first ones stay', () => {
  const { taken, sentences } = admitFiles(files(6), MAX_FILES_PER_MESSAGE - 2, 100);
  expect(taken).toEqual(files(2));
  expect(sentences).toEqual(['4 files were left out: a message takes 10. Send them with the next one.']);
});

test('a tray that is full takes none', () => {
  expect(admitFiles(files(1), MAX_FILES_PER_MESSAGE, 100).taken).toEqual([]);
});

test('a file that is too large is named, and takes no place of another', () => {
  const large = { name: 'film.mp4', size: 5_000_000 };
  const { taken, sentences } = admitFiles([large, ...files(1)], MAX_FILES_PER_MESSAGE - 1, 2_000_000);
  expect(taken).toEqual(files(1));
  expect(sentences).toEqual(['film.mp4 was left out: it has 5 MB, and a file may have 2 MB at most.']);
});

test('a file exactly as large as may be is taken, and an empty one', () => {
  expect(admitFiles([...files(1, 100), ...files(1, 0)], 0, 100).taken.length).toBe(2);
});
