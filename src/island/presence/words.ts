/** Presence and statuses in words. */
import type { PresenceView, StatusView } from '../../client/presence/types.ts';
import { t } from '../../contract/words.ts';
import { hourOf, shortOf } from '../times.ts';

/** Somebody who was last seen longer ago than this is just not here. */
const SEEN_WITHIN_MS = 7 * 24 * 3600_000;

/** Empty where there is nothing to say. */
export function presenceWords(view: PresenceView | null): string {
  if (view === null) return '';
  if (view.state === 'online') return t('Online');
  if (view.state === 'away') return t('Away');
  return Date.now() - view.at > SEEN_WITHIN_MS ? '' : t('Last seen {when}', { when: shortOf(view.at) });
}

/** "In the lab, until 16:00". */
export function statusWords({ text, until }: StatusView): string {
  if (until === null) return text;
  const when = Date.now() + 24 * 3600_000 > until ? hourOf(until) : shortOf(until);
  return text === '' ? t('until {when}', { when }) : t('{text}, until {when}', { text, when });
}
