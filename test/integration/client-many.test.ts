/**
 * Two processes at a time on one folder, each sending one message after another: no step of a ratchet is used twice, and
 * everything arrives once. `SOTTO_LONG=1` sends 500 from each [R28].
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Pair } from '../support/pair.ts';

const SENDS = process.env.SOTTO_LONG === '1' ? 500 : 20;
const PATIENCE_MS = 60_000 + SENDS * 6000;

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.open();
}, 120_000);
afterAll(() => pair.remove());

test(
  `two lanes of ${SENDS} sends from one folder arrive in order, once, and nothing is said to be copied`,
  async () => {
    const names = ['first', 'second'] as const;
    const listening = pair.devices.start('ben', [
      'listen',
      ...['--count', String(2 * SENDS)],
      ...['--timeout', `${PATIENCE_MS / 1000}s`],
    ]);
    const errors: string[] = [];
    await Promise.all(
      names.map(async (name) => {
        for (let i = 0; i < SENDS; i++) {
          const { code, err } = await pair.devices.run('ada', ['send', '--to', 'ben', `${name} ${i}`]);
          if (code !== 0 || err !== '') errors.push(`${name} ${i}: ${code} ${err}`);
        }
      }),
    );
    expect(errors).toEqual([]);
    const { code, lines, err } = await listening.ended;
    // A duplicate step would be an E_CLONE, a hole or a second message at one place a sentence of its own.
    expect([code, err]).toEqual([0, '']);
    const texts = lines.map(({ text }) => String(text));
    for (const name of names)
      expect(texts.filter((text) => text.startsWith(name))).toEqual(
        Array.from({ length: SENDS }, (_, i) => `${name} ${i}`),
      );
    expect(texts.length).toBe(2 * SENDS);
  },
  PATIENCE_MS,
);
