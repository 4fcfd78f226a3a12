import { expect, test } from 'bun:test';
import { patiently } from './s3-patience.ts';

const failure = (code: string) =>
  Object.assign(new Error('hidden https://store/?X-Amz-Signature=1'), { code });

test('what may pass is tried again, so often and no oftener', async () => {
  const ask = patiently({ timeout: 1000, pauses: [1, 1] });
  let tries = 0;
  const act = async () => {
    tries++;
    throw failure('SlowDown');
  };
  await expect(ask(act)).rejects.toThrow(/^SlowDown$/);
  expect(tries).toBe(3);
});

test.each(['AccessDenied', 'NoSuchBucket', 'SignatureDoesNotMatch', 'NoSuchKey'])(
  '%s is the answer, and asked once',
  async (code) => {
    let tries = 0;
    const ask = patiently({ timeout: 1000, pauses: [1, 1] });
    await expect(
      ask(async () => {
        tries++;
        throw failure(code);
      }),
    ).rejects.toThrow(code);
    expect(tries).toBe(1);
  },
);

test('a code that is no word, and an error without one, say nothing of themselves', async () => {
  const ask = patiently({ timeout: 1000, pauses: [] });
  for (const error of [failure('<b>'), failure('a b'), failure('x'.repeat(61)), new Error('hidden')])
    await expect(ask(() => Promise.reject(error))).rejects.toThrow(/^UnknownError$/);
});

test('what the system says of a connection is no word of a disk', async () => {
  const ask = patiently({ timeout: 1000, pauses: [] });
  await expect(ask(() => Promise.reject(failure('ECONNRESET')))).rejects.toThrow(/^ConnectionClosed$/);
  await expect(ask(() => Promise.reject(failure('EPIPE')))).rejects.toThrow(/^ConnectionFailed$/);
});

test('a store that swallows everything is asked no more until it lets go', async () => {
  const ask = patiently({ timeout: 5, pauses: [] });
  const swallowed: PromiseWithResolvers<string>[] = [];
  const act = () => {
    const late = Promise.withResolvers<string>();
    swallowed.push(late);
    return late.promise;
  };
  await Promise.allSettled(Array.from({ length: 32 }, () => ask(act)));
  expect(swallowed.length).toBe(32);
  await expect(ask(act)).rejects.toThrow('Timeout');
  expect(swallowed.length).toBe(32);
  for (const late of swallowed.slice(0, 16)) late.resolve('late');
  for (const late of swallowed.slice(16)) late.reject(failure('ConnectionClosed'));
  await Promise.allSettled(swallowed.map(({ promise }) => promise));
  expect(await ask(async () => 'well')).toBe('well');
});
