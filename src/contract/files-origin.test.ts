import { expect, test } from 'bun:test';
import { filesOrigin, filesSearch } from './files-origin.ts';

test('an origin comes back as it was written', () => {
  for (const origin of ['https://files.example', 'http://127.0.0.1:9000'])
    expect(filesOrigin(filesSearch(origin))).toBe(origin);
});

test.each([
  '',
  '?',
  '?files=',
  '?files=*',
  '?files=https:',
  "?files=https://files.example; script-src 'unsafe-inline'",
  '?files=https%3A%2F%2Ffiles.example%3B%20script-src%20*',
  '?files=https%3A%2F%2Ffiles.example%20https%3A%2F%2Fother.example',
  '?files=https%3A%2F%2F*.example',
  '?files=https%3A%2F%2Ffiles.example%2Fpath',
  '?files=https%3A%2F%2Fuser%40files.example',
  '?files=https%3A%2F%2Ffiles.example&files=https%3A%2F%2Fother.example',
  '?files=https%3A%2F%2Ffiles.example&more=1',
])('%s names none', (search) => {
  expect(filesOrigin(search)).toBeNull();
});
