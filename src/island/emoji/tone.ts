/** Skin tones: Unicode's five modifiers, set behind every person and hand of an emoji (UTS 51, 2.4). */

/** 0 is the yellow that stands for nobody in particular; 1 is the lightest. */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;

const MODIFIERS = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;
const HAS_MODIFIER = /\p{Emoji_Modifier_Base}/u;
const JOINER = '\u200d';
const AS_PICTURE = '\ufe0f';
/** Between two people it is their holding hands, which has no tone of its own. */
const HANDSHAKE = '🤝';

/** The emoji in a tone; for those that the table marks as having tones. */
export function tone(emoji: string, wanted: Tone): string {
  const modifier = MODIFIERS[wanted];
  if (modifier === '') return emoji;
  const joined = emoji.includes(JOINER);
  const parts = [...emoji];
  return parts
    .filter((part, index) => part !== AS_PICTURE || !isToned(parts[index - 1] ?? '', joined))
    .map((part) => (isToned(part, joined) ? part + modifier : part))
    .join('');
}

const isToned = (part: string, joined: boolean): boolean =>
  HAS_MODIFIER.test(part) && !(joined && part === HANDSHAKE);

/** Whether a kept text names a tone. */
export function isTone(value: number): value is Tone {
  return Number.isInteger(value) && value >= 0 && value < MODIFIERS.length;
}
