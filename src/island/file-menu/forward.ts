/** The same file in another conversation. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { showProblem } from '../problem.ts';
import { openAt } from '../timeline/open-at.ts';
import { titleOf } from '../title.ts';
import { act, drawField, drawNameOf, openDialog } from './dialog.ts';

export async function openForward(
  client: Engine,
  file: FileView,
  from: ConversationId,
  back: HTMLElement,
): Promise<void> {
  const all = await client.conversations().catch(showProblem);
  const others = (all ?? []).filter(({ id, writable }) => writable && id !== from);
  const nowhere = t('There is no other conversation that you can write to: begin one first.');
  if (others.length === 0) return void openDialog(t('Forward'), [draw('p', {}, nowhere)], back);
  const choice = draw(
    'select',
    {},
    ...others.map((view) => draw('option', { value: view.id }, titleOf(view) ?? t('Group'))),
  );
  const said = draw('input', { type: 'text', autocomplete: 'off' });
  const words = draw(
    'div',
    { class: 'stack' },
    drawField(t('To'), choice),
    drawField(t('Message (optional)'), said),
  );
  const send = draw('button', { type: 'button', class: 'button primary' }, t('Forward'));
  const note = t('Everybody there can open it, for as long as it is kept.');
  const opened = openDialog(
    t('Forward'),
    [
      drawNameOf(file.name),
      words,
      draw('p', { class: 'hint' }, note),
      draw('div', { class: 'buttons' }, send),
    ],
    back,
  );
  send.addEventListener('click', () => {
    const to = others.find(({ id }) => id === choice.value);
    if (!to) return;
    void act(opened, send, async () => {
      const message = await (await client.files()).forward(file.id, to.id, said.value.trim(), file);
      await openAt(to.id, message.id);
    });
  });
}
