/** Spans of time in words. */
import { expect, test } from 'bun:test';
import { TIMER_CHOICES } from '../client/messages/types.ts';
import { speak } from '../contract/words.ts';
import { durationOf } from './durations.ts';

test('a span is said in the largest unit that fits', () => {
  const choices = TIMER_CHOICES.filter((seconds) => seconds > 0);
  expect(choices.map(durationOf)).toEqual(['1 hour', '1 day', '1 week', '4 weeks', '90 days']);
  expect(durationOf(90)).toBe('90 seconds');
});

test('in the language of the page', () => {
  expect(speak('de', {}, () => durationOf(604_800))).toBe('1 Woche');
});
