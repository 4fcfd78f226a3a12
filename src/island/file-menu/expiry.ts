/** When the server deletes a file of one's own. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { momentOf } from '../times.ts';
import { act, drawField, drawNameOf, openDialog } from './dialog.ts';

const DAY_MS = 24 * 3600_000;
/** Days from now that are offered. */
const DAYS = [1, 7, 30, 90, 365] as const;

export function openExpiry(client: Engine, file: FileView, back: HTMLElement): void {
  const choice = draw(
    'select',
    {},
    draw('option', { value: '0' }, t('Never')),
    ...DAYS.map((n) => draw('option', { value: String(n) }, plural(n, 'In {n} day', 'In {n} days'))),
  );
  if (file.expiresAt !== null)
    choice.prepend(draw('option', { value: '', selected: true }, momentOf(file.expiresAt)));
  const save = draw('button', { type: 'button', class: 'button primary' }, t('Save'));
  const opened = openDialog(
    t('When it is deleted'),
    [
      drawNameOf(file.name),
      drawField(t('The server deletes it'), choice),
      draw('div', { class: 'buttons' }, save),
    ],
    back,
  );
  save.addEventListener(
    'click',
    () =>
      void act(opened, save, async () => {
        if (choice.value === '') return;
        const days = Number(choice.value);
        await (await client.files()).setExpiry(file.id, days === 0 ? null : Date.now() + days * DAY_MS);
      }),
  );
}
