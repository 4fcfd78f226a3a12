import { expect, test } from 'bun:test';
import { CALLS } from '../contract/api/operations.ts';
import { outline } from '../contract/api/outline.ts';
import { openApi } from './openapi.ts';

const document = openApi('https://chat.example.org');

test('every call has its place, an id of its own, a section and its refusals', () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(operations.length).toBe(CALLS.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(CALLS.length);
  for (const { responses } of operations) expect(Object.keys(responses as object)).toContain('429');
});

test('references lead somewhere, and nothing of a shape was lost', () => {
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(Object.keys(document.components.schemas[name] ?? {}).length).toBeGreaterThan(0);
  for (const { path } of CALLS)
    for (const [, name = ''] of path.matchAll(/:(\w+)/g)) {
      const call = CALLS.find((each) => each.path === path);
      expect(Object.keys(call?.operation.path ?? {})).toContain(name);
    }
});

test('people read the same', () => {
  const { sections, shapes } = outline(document);
  expect(sections.flatMap(({ calls }) => calls).length).toBe(CALLS.length);
  expect(shapes.find(({ name }) => name === 'Person')?.text).toContain('username: string;');
  expect(sections.every(({ calls }) => calls.length > 0)).toBe(true);
});
