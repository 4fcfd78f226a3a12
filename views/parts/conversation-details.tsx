/**
 * What the panel of a conversation offers beside its readers. The server draws frames: what is pinned, what was answered
 * and what was decided is sealed, and the island fills it in (`src/island/details/`).
 */
import { t } from '../../src/contract/words.ts';
import { Icon } from './icon.tsx';
import { text } from './words.tsx';

/** Said in the panel above everything else: what answers the message that a person asked about. */
export function Thread() {
  return (
    <section class="details-part" data-thread="" hidden aria-label={t('Replies')}>
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
  );
}

/** Each field keeps its room while the island has not filled it. */
export function ConversationChoices() {
  return (
    <section class="details-part panel-choices" aria-label={t('This conversation')}>
      <h2>{text('This conversation')}</h2>
      <div class="panel-choice" data-go-to-date="" />
      <label class="panel-choice" data-waiting="">
        <span>{text('Disappearing messages')}</span>
        <select data-timer-choice="" disabled />
      </label>
      <label class="panel-choice" data-waiting="">
        <span>{text('Files stay')}</span>
        <select data-file-days-choice="" disabled />
      </label>
      <label class="panel-choice" data-waiting="">
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
      <div class="stack" data-message-files="" data-waiting="" />
    </section>
  );
}

/** Last, so that nothing moves when it turns out that there are some. */
export function Pinned() {
  return (
    <section class="details-part" data-pinned-messages="" hidden aria-label={t('Pinned')}>
      <h2>{text('Pinned')}</h2>
      <div data-excerpts="" />
    </section>
  );
}
