/** The search box of a file room, and what narrows and sorts it. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import type { Asked } from './find.ts';

/** @param change called with what is asked from then on */
export function openControls(first: Asked, change: (asked: Asked) => void): HTMLElement {
  let asked = first;
  const set = (part: Partial<Asked>) => {
    asked = { ...asked, ...part };
    change(asked);
  };
  const search = draw('input', {
    type: 'search',
    'aria-label': t('Search files'),
    placeholder: t('Search files'),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  search.addEventListener('input', () => set({ query: search.value }));
  const kind = choice<Asked['kind']>(
    t('Kind'),
    [
      ['', t('Every kind')],
      ['image', t('Pictures')],
      ['video', t('Videos')],
      ['audio', t('Audio')],
      ['document', t('Documents')],
      ['other', t('Other')],
    ],
    (value) => set({ kind: value }),
  );
  const sort = choice<Asked['sort']>(
    t('Sort'),
    [
      ['newest', t('Newest first')],
      ['oldest', t('Oldest first')],
      ['name', t('By name')],
      ['size', t('By size')],
    ],
    (value) => set({ sort: value }),
  );
  const whose = choice<Asked['whose']>(
    t('Whose'),
    [
      ['', t('Everybody’s')],
      ['mine', t('Sent by me')],
      ['others', t('Shared with me')],
      ['private', t('Notes to self')],
    ],
    (value) => set({ whose: value }),
  );
  return draw(
    'search',
    { class: 'controls' },
    search,
    ...(first.conversation === null ? [whose] : []),
    kind,
    sort,
  );
}

function choice<V extends string>(
  label: string,
  options: readonly (readonly [value: V, words: string])[],
  chosen: (value: V) => void,
): HTMLElement {
  const select = draw(
    'select',
    { 'aria-label': label },
    ...options.map(([value, words]) => draw('option', { value }, words)),
  );
  select.addEventListener('change', () => {
    const found = options[select.selectedIndex];
    if (found) chosen(found[0]);
  });
  return select;
}
