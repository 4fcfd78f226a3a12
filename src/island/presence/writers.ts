/**
 * "Mina is writing…" in `[data-writers]`. Its room is kept, so nothing moves. It is not a live region: somebody who listens to
 * the page hears the message itself, and each keystroke of others would talk over it.
 */
import type { Presence } from '../../client/presence/types.ts';
import { isConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { everybody } from '../people.ts';
import { onEvent } from '../session.ts';

export function watchWriters(presence: Presence): void {
  onEvent((event) => {
    if (event.type === 'typing') void show(presence);
  });
}

async function show(presence: Presence): Promise<void> {
  const place = document.querySelector<HTMLElement>('[data-writers]');
  const id = place?.dataset.writers ?? '';
  if (!place || !isConversationId(id)) return;
  const people = await everybody();
  const names = presence
    .writers(id)
    .map((account) => people.find((person) => person.account === account)?.name ?? t('Somebody'));
  const words = sentenceOf(names);
  if (place.textContent !== words) place.textContent = words;
}

function sentenceOf([one, two, ...more]: readonly string[]): string {
  if (one === undefined) return '';
  if (two === undefined) return t('{name} is writing…', { name: one });
  return more.length === 0
    ? t('{one} and {two} are writing…', { one, two })
    : t('Several people are writing…');
}
