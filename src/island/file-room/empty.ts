/** What to do where there is no file. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import type { Asked } from './find.ts';

export function drawEmpty({ conversation, query, kind, whose }: Asked): HTMLElement {
  if (query !== '' || kind !== '' || whose !== '')
    return say(t('No file here is like that.'), t('Search for less, or show every kind.'));
  return conversation === null
    ? say(t('No files yet.'), t('Attach one to a message, or to your notes to self, and it appears here.'))
    : say(t('No files here yet.'), t('Attach one to a message of this conversation, and it appears here.'));
}

const say = (title: string, words: string): HTMLElement =>
  draw('p', {}, draw('b', {}, title), ' ', draw('span', {}, words));
