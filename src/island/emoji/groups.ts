/** What the groups of Unicode's list are called, and the emoji that stands for each. */
import { t } from '../../contract/words.ts';

export interface Group {
  readonly name: string;
  readonly sign: string;
}

/** In the order of the table. */
export const groups = (): readonly Group[] => [
  { name: t('Smileys and feelings'), sign: '😀' },
  { name: t('People'), sign: '👋' },
  { name: t('Animals and nature'), sign: '🌿' },
  { name: t('Food and drink'), sign: '🍎' },
  { name: t('Travel and places'), sign: '🚲' },
  { name: t('Activities'), sign: '⚽' },
  { name: t('Objects'), sign: '💡' },
  { name: t('Symbols'), sign: '❤️' },
  { name: t('Flags'), sign: '🏳️' },
];

/** What was picked last. */
export const recentGroup = (): Group => ({ name: t('Recently used'), sign: '🕘' });

/** The tones by number. */
export const toneNames = (): readonly string[] => [
  t('No skin tone'),
  t('Light skin tone'),
  t('Medium-light skin tone'),
  t('Medium skin tone'),
  t('Medium-dark skin tone'),
  t('Dark skin tone'),
];
