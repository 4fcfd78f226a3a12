/** docs/operations.md lists the metrics that there are, as they are. */
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { METRICS } from './metrics.ts';

const page = readFileSync(resolve(import.meta.dir, '../../docs/operations.md'), 'utf8');

test('every metric stands in docs/operations.md with its kind, labels and meaning, and no other one does', () => {
  const listed = page.split('\n').filter((line) => /^\| `(?:sotto|process|bun)_/.test(line));
  expect(listed).toEqual(
    METRICS.map(
      ({ name, kind, labels, help }) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`,
    ),
  );
});

test('labels name few things: nothing of people, addresses or contents', () => {
  const allowed = [
    'route',
    'method',
    'status',
    'result',
    'limit',
    'class',
    'store',
    'job',
    'level',
    'release',
    'bun',
    'warning',
  ];
  for (const { labels } of METRICS) for (const label of labels) expect(allowed).toContain(label);
});
