/** "New members see": what members who come later may read of what was written before. */
import type { ConversationView } from '../../client/engine-types.ts';
import { t } from '../../contract/words.ts';
import { draw } from './draw.ts';

type History = NonNullable<ConversationView['history']>;

export interface HistoryChoice {
  readonly row: HTMLElement;
  readonly select: HTMLSelectElement;
  chosen(): History;
}

export function historyChoice(): HistoryChoice {
  const choices: readonly (readonly [History, string])[] = [
    ['none', t('Nothing from before')],
    ['fromInvitation', t('What was written since they were added')],
    ['all', t('Everything from before')],
  ];
  const select = draw(
    'select',
    { id: 'history', 'aria-describedby': 'history-hint' },
    ...choices.map(([value, words]) => draw('option', { value }, words)),
  );
  const row = draw(
    'div',
    { class: 'field' },
    draw('label', { for: 'history' }, t('New members see')),
    select,
    draw(
      'p',
      { class: 'hint', id: 'history-hint' },
      t(
        'Devices of members give it to theirs, sealed; the server cannot read it. Everybody here sees this choice.',
      ),
    ),
  );
  return { row, select, chosen: () => choices.find(([value]) => value === select.value)?.[0] ?? 'none' };
}
