/** What was picked last, and in which skin tone: kept sealed on this device. */
import { readKept, writeKept } from '../kept.ts';
import { isTone, type Tone } from './tone.ts';

/** Three rows of the picker. */
const MAX_RECENT = 24;

const RECENT = 'emoji/recent';
const TONE = 'emoji/tone';

/** Emojis without a tone, the last one first. */
export async function readRecent(): Promise<readonly string[]> {
  return (await readKept(RECENT)).split(' ').filter((emoji) => emoji !== '');
}

/** Puts an emoji to the front. */
export async function rememberEmoji(emoji: string): Promise<void> {
  const others = (await readRecent()).filter((other) => other !== emoji);
  writeKept({ [RECENT]: [emoji, ...others].slice(0, MAX_RECENT).join(' ') });
}

export async function readTone(): Promise<Tone> {
  const kept = Number(await readKept(TONE));
  return isTone(kept) ? kept : 0;
}

export function rememberTone(tone: Tone): void {
  writeKept({ [TONE]: tone === 0 ? '' : String(tone) });
}
