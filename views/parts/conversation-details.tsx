/**
 * What the panel of a conversation offers beside its readers. The server draws frames: what is pinned, what was answered
 * and what was decided is sealed, and the island fills it in (`src/island/details/`).
 */
import type { ConversationId } from '../../src/contract/ids.ts';
import { t } from '../../src/contract/words.ts';
import { Icon } from './icon.tsx';
import { text } from './words.tsx';

export function ConversationDetails({ id }: { id: ConversationId }) {
  return (
    <div class="details-parts" data-conversation-details={id}>
      <section data-pinned-messages="" hidden aria-label={t('Pinned')}>
        <h2>{text('Pinned')}</h2>
        <div data-excerpts="" />
      </section>
      <section data-thread="" hidden aria-label={t('Replies')}>
        <header class="details-head">
          <h2 tabindex="-1" data-thread-count="">
            {text('Replies')}
          </h2>
          <button type="button" class="icon-button" data-thread-close="" aria-label={t('Close replies')}>
            <Icon name="close" />
          </button>
        </header>
        <div data-excerpts="" />
      </section>
      <section aria-label={t('This conversation')} class="choices">
        <h2>{text('This conversation')}</h2>
        <div class="choice" data-go-to-date="" />
        <label class="choice" data-waiting="">
          <span>{text('Disappearing messages')}</span>
          <select data-timer-choice="" disabled />
        </label>
        <label class="choice" data-waiting="">
          <span>{text('Notifications')}</span>
          <select data-notify-choice="">
            <option value="all">{text('Every message')}</option>
            <option value="mentions">{text('Mentions only')}</option>
            <option value="none">{text('None')}</option>
          </select>
        </label>
        <button type="button" class="button small" data-archive="" data-waiting="">
          {text('Archive')}
        </button>
      </section>
    </div>
  );
}
