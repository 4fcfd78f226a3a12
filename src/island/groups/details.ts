/** What a group is called, and what it is about: sealed like its messages, so the fields are the island's own. */

import type { ConversationView } from '../../client/engine-types.ts';
import { t } from '../../contract/words.ts';
import { draw, field, shadowOf } from './draw.ts';
import type { Tools } from './group.ts';

/** Draws name and topic: as a form for those who may change them, as words for the others. */
export function drawDetails(
  host: HTMLElement,
  { name, topic }: ConversationView,
  mayChange: boolean,
  { engine, conversation, run }: Tools,
): void {
  const root = shadowOf(host, ':host { display: block; }');
  if (!mayChange) {
    const words = draw('p', {}, draw('b', {}, name ?? t('No name yet')));
    root.replaceChildren(words, draw('p', { class: 'hint' }, topic ?? ''));
    return;
  }
  // What somebody is typing stays.
  if (root.activeElement) return;
  const called = field('group-name', t('Name'), { maxlength: '64', required: true, value: name ?? '' });
  const about = field('group-topic', t('Topic'), { maxlength: '300', value: topic ?? '' });
  const form = draw(
    'form',
    { class: 'stack narrow' },
    called.row,
    about.row,
    draw('button', { class: 'button' }, t('Save')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const details = { name: called.input.value.trim(), topic: about.input.value.trim() };
    void run(() => engine.setDetails(conversation, details), t('Saved, and sent to everybody in the group.'));
  });
  root.replaceChildren(form);
}
