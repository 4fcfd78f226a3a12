import { expect, test } from 'bun:test';
import { Refusal } from '../services/refusal.ts';
import { LIMITS, RateLimits } from './limits.ts';

function refusal(action: () => void): Refusal | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

test('a burst passes, the next one waits as long as it is told to', () => {
  let now = 0;
  const limits = new RateLimits(() => now);
  for (let i = 0; i < LIMITS.signInPerson.burst; i++) limits.take('signInPerson', 'a');
  const refused = refusal(() => limits.take('signInPerson', 'a'));
  expect(refused?.body.error).toBe('RateLimitExceeded');
  const wait = refused?.body.retry_after ?? 0;
  expect(wait).toBeGreaterThan(0);
  expect(refusal(() => limits.take('signInPerson', 'b'))).toBeNull();
  now += wait * 1000;
  expect(refusal(() => limits.take('signInPerson', 'a'))).toBeNull();
});

test('memory stays bounded whatever keys come', () => {
  const limits = new RateLimits(() => 0);
  for (let i = 0; i < 60_000; i++) limits.take('signInAddress', String(i));
  expect(refusal(() => limits.take('signInAddress', 'x'))).toBeNull();
});

test('a clock that is set back takes nothing away', () => {
  let now = 1e12;
  const limits = new RateLimits(() => now);
  limits.take('inviteAccount', 'ada');
  now -= 24 * 3600_000;
  limits.take('inviteAccount', 'ada');
});
