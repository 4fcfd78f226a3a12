/** Going to a day of the conversation. The field is made here: fragments of the server bring no fields to type in. */
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { shownTimeline } from '../timeline/open-at.ts';

export function watchDate(place: HTMLElement, conversation: ConversationId): void {
  const field = draw('input', { type: 'date', 'data-island-date': '' });
  const label = draw('label', {}, draw('span', {}, t('Go to date')), field);
  place.querySelector('[data-go-to-date]')?.append(label);
  field.max = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  field.addEventListener('change', () => {
    const [year, month, day] = field.value.split('-').map(Number);
    if (!year || !month || !day) return;
    const panel = place.closest<HTMLElement>('[popover]');
    if (panel?.matches(':popover-open')) panel.hidePopover();
    void shownTimeline(conversation)?.goToTime(new Date(year, month - 1, day).getTime());
  });
}
