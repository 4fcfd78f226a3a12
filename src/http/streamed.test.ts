import { expect, test } from 'bun:test';
import { streamOf } from './streamed.ts';

test('whoever reads a long answer lets others in between its pieces', async () => {
  const pieces = 50;
  async function* made() {
    for (let n = 0; n < pieces; n++) yield new Uint8Array([n]);
  }
  let others = 0;
  const turn = () => {
    others++;
    if (others < 10 * pieces) setImmediate(turn);
  };
  setImmediate(turn);
  let read = 0;
  const reader = streamOf(made()).getReader();
  while (!(await reader.read()).done) read++;
  expect(read).toBe(pieces);
  expect(others).toBeGreaterThanOrEqual(pieces);
});
