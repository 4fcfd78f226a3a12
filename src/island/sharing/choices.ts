/** What is chosen when a link is made. */
import { plural, t } from '../../contract/words.ts';
import { draw } from '../groups/draw.ts';

const DAY_MS = 24 * 3600_000;
const DAYS = [1, 7, 30, 90, 365];

export interface Choice<T> {
  readonly row: HTMLElement;
  readonly value: () => T;
}

/** When the link ends; epoch milliseconds. */
export function expiryChoice(id: string, days: number): Choice<number> {
  const options = DAYS.map(
    (each) => [String(each), plural(each, 'After {n} day', 'After {n} days')] as const,
  );
  const { row, select } = chooser(id, t('The link ends'), options, String(days));
  return { row, value: () => Date.now() + Number(select.value) * DAY_MS };
}

/** One of a few numbers. */
export function numberChoice(
  id: string,
  label: string,
  options: readonly (readonly [value: string, words: string])[],
  chosen: string,
): Choice<number> {
  const { row, select } = chooser(id, label, options, chosen);
  return { row, value: () => Number(select.value) };
}

function chooser(
  id: string,
  label: string,
  options: readonly (readonly [value: string, words: string])[],
  chosen: string,
) {
  const select = draw(
    'select',
    { id },
    ...options.map(([value, words]) => draw('option', { value, selected: value === chosen }, words)),
  );
  return { row: draw('div', { class: 'field' }, draw('label', { for: id }, label), select), select };
}
