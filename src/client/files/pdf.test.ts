import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { concat } from '../../protocol/codec.ts';
import { bytesOf, sourceOf } from '../testing/photos.ts';
import { pagesOf, pagesPreview } from './pages.ts';
import { countPages } from './pdf.ts';

const inflate = async (bytes: Uint8Array, limit: number) => {
  const all = new Uint8Array(
    await new Response(
      new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('deflate')),
    ).arrayBuffer(),
  );
  return all.subarray(0, limit);
};
const count = (pdf: Uint8Array | string) =>
  countPages(sourceOf(typeof pdf === 'string' ? bytesOf(pdf) : pdf), inflate);
const deflate = async (words: string) =>
  new Uint8Array(
    await new Response(
      new Blob([bytesOf(words)]).stream().pipeThrough(new CompressionStream('deflate')),
    ).arrayBuffer(),
  );

test('the root of the page tree says how many there are', async () => {
  const branch = '3 0 obj\n<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 7>>\nendobj\n';
  const root = '2 0 obj\n<< /Count 12 /Kids [3 0 R] /Type /Pages >>\nendobj\n';
  const outlines = '9 0 obj\n<</Type/Outlines/Count 900>>\nendobj\n';
  expect(await count(`%PDF-1.4\n${branch}${root}${outlines}%%EOF`)).toBe(12);
});

test('one that is made for the web says it at its beginning', async () => {
  expect(await count('%PDF-1.5\n1 0 obj\n<</Linearized 1/L 5/H [ 1 2]/O 4/E 9/N 3/T 9>>\nendobj\n')).toBe(3);
});

test('objects that are compressed together are opened', async () => {
  const objects = ['<</Type/Outlines/Count 900>>', '<</Type/Pages/Kids[1 0 R]/Count 41>>'];
  const table = `5 0 6 ${objects[0]?.length} `;
  const packed = await deflate(table + objects.join(''));
  const head = `%PDF-1.5\n4 0 obj\n<</Type/ObjStm/N 2/First ${table.length}/Filter/FlateDecode>>stream\r\n`;
  expect(await count(concat(bytesOf(head), packed, bytesOf('\nendstream endobj')))).toBe(41);
});

test('what does not say, lies or is broken has no number', async () => {
  expect(await count('%PDF-1.4')).toBeNull();
  expect(await count('%PDF-1.4 /Type/Pages /Count 5')).toBeNull();
  expect(await count('%PDF-1.4 1 0 obj <</Type/Pages/Count 0>> endobj')).toBeNull();
  expect(await count('%PDF-1.4 1 0 obj <</Type/Pages/Count 99999999999>> endobj')).toBeNull();
  expect(await count('%PDF-1.5 1 0 obj <</Type/ObjStm>>stream\nnot packed endstream')).toBeNull();
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.constantFrom(
          '/Type',
          '/Pages',
          '/Count ',
          '12',
          ' obj',
          'endobj',
          '/ObjStm',
          'stream\n',
          'endstream',
          '<<',
          '\xff',
        ),
      ),
      async (parts) => {
        const pages = await count(parts.join(''));
        expect(pages === null || pages > 0).toBe(true);
      },
    ),
  );
});

test('a hostile file of megabytes is searched once', async () => {
  // Work that grew with the square of it would not end before the test does.
  for (const mark of [
    '/Type/Pages obj ',
    '/ObjStm stream\n',
    ' obj /Type/Pages endobj',
    '/Type/Pages /Count ',
  ])
    expect(await count(`%PDF-1.4 ${mark.repeat(200_000)}`)).toBeNull();
});

test('the number travels as a preview, and nothing else is taken for one', () => {
  const { type, bytes } = pagesPreview(12);
  expect(pagesOf(type, bytes)).toBe(12);
  for (const words of ['', '0', '-1', '1e9', '0012', '1234567', '12 ', '<b>'])
    expect([words, pagesOf(type, bytesOf(words))]).toEqual([words, null]);
  expect(pagesOf('text/plain', bytes)).toBeNull();
  expect(pagesOf(type, null)).toBeNull();
});
