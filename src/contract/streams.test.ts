import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { attachmentNamed, streamOf, streamPath } from './streams.ts';

test('an address of a stream holds an id and nothing else', () => {
  const id = '0123456789abcdef0123456789abcdef';
  expect(streamOf(streamPath(id))).toBe(id);
  for (const path of [
    '/files/stream/',
    `/files/stream/${id}/x`,
    `/files/stream/${id.toUpperCase()}`,
    '/files',
  ])
    expect(streamOf(path)).toBeNull();
});

test('names stand in the header as RFC 8187 writes them, with one that old browsers read', () => {
  expect(attachmentNamed('report.pdf')).toBe(
    `attachment; filename="report.pdf"; filename*=UTF-8''report.pdf`,
  );
  expect(attachmentNamed('Übung (1).pdf')).toBe(
    `attachment; filename="Ubung (1).pdf"; filename*=UTF-8''%C3%9Cbung%20%281%29.pdf`,
  );
  expect(attachmentNamed('図')).toBe(`attachment; filename="file"; filename*=UTF-8''%E5%9B%B3`);
});

test('[R33] no name leaves its place in the header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(attachmentNamed(name)).toMatch(
        /^attachment; filename="[^"\\\r\n]*"; filename\*=UTF-8''[\w.~%-]*$/,
      );
    }),
  );
});
