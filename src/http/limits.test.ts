import { expect, test } from 'bun:test';
import { Refusal } from '../services/refusal.ts';
import { createLimitSharing, type Take } from './limit-sharing.ts';
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

test('what other nodes have given is missing here, down to a debt of one burst', () => {
  let now = 0;
  const limits = new RateLimits(() => now);
  const { burst, perMinute } = LIMITS.signInPerson;
  limits.takenElsewhere('signInPerson', 'a', burst - 1);
  limits.take('signInPerson', 'a');
  expect(refusal(() => limits.take('signInPerson', 'a'))).not.toBeNull();
  limits.takenElsewhere('signInPerson', 'a', 1000 * burst);
  const wait = refusal(() => limits.take('signInPerson', 'a'))?.body.retry_after ?? 0;
  expect(wait).toBe(Math.ceil(((burst + 1) * 60) / perMinute));
  now += wait * 1000;
  expect(refusal(() => limits.take('signInPerson', 'a'))).toBeNull();
  // A name that is no limit comes from another release, or from nobody of ours.
  limits.takenElsewhere('constructor', 'a', 1);
});

test('takes are gathered and told under names that only this workspace makes', async () => {
  const told = Promise.withResolvers<readonly Take[]>();
  const sharing = createLimitSharing(new Uint8Array(32).fill(1), told.resolve);
  const limits = new RateLimits(
    () => 0,
    LIMITS,
    () => {},
    sharing,
  );
  for (let count = 0; count < 3; count++) limits.takeFrom('signInAddress', '192.0.2.1');
  limits.take('writeAccount', 'ada');
  const takes = await told.promise;
  expect(takes.map(([limit, , count]) => [limit, count])).toEqual([
    ['signInAddress', 3],
    ['writeAccount', 1],
  ]);
  expect(JSON.stringify(takes)).not.toMatch(/192|ada/);
  const others = createLimitSharing(new Uint8Array(32).fill(2), () => {});
  expect(others.nameOf('ada')).not.toBe(sharing.nameOf('ada'));
});

test('a clock that is set back takes nothing away', () => {
  let now = 1e12;
  const limits = new RateLimits(() => now);
  limits.take('inviteAccount', 'ada');
  now -= 24 * 3600_000;
  limits.take('inviteAccount', 'ada');
});
