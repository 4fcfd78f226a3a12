/** `button[data-own-status]`: a dialog in which a person says what they are doing, sealed for those they write with. */
import { MAX_STATUS_LENGTH, type Presence, type StatusView } from '../../client/presence/types.ts';
import { t } from '../../contract/words.ts';
import { draw, field, sentenceOf, shadowOf } from '../groups/draw.ts';
import { loadEmoji } from '../part.ts';
import { engine } from '../session.ts';
import { hourOf } from '../times.ts';

const MINUTE_MS = 60_000;
const STYLE = `
  .line { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--s2); align-items: end; }
  .emoji { min-width: 44px; padding-inline: var(--s2); font-size: 1.25rem; line-height: 1; }
  .buttons { justify-content: end; }
`;
const NO_EMOJI = '🙂';

/** Milliseconds from now; null for what stays until it is changed. */
const ENDS = (): readonly (readonly [words: string, until: number | null])[] => {
  const now = Date.now();
  const evening = new Date(now).setHours(23, 59, 59, 0);
  const sunday = new Date(now);
  sunday.setDate(sunday.getDate() + ((7 - sunday.getDay()) % 7));
  return [
    [t('Until I change it'), null],
    [t('For 30 minutes'), now + 30 * MINUTE_MS],
    [t('For an hour'), now + 60 * MINUTE_MS],
    [t('For 4 hours'), now + 240 * MINUTE_MS],
    [t('Today'), evening],
    [t('This week'), sunday.setHours(23, 59, 59, 0)],
  ];
};

export async function openOwnStatus(button: HTMLElement): Promise<void> {
  const client = await engine;
  const presence = await client.presence();
  button.addEventListener('click', async () => {
    await ask(presence, await presence.status(client.self.account));
    button.focus();
  });
  button.hidden = false;
}

/** Resolves when the dialog is closed. */
async function ask(presence: Presence, known: StatusView | null): Promise<void> {
  const host = document.createElement('div');
  document.body.append(host);
  const root = shadowOf(host, STYLE);
  let emoji = known?.emoji ?? '';
  const ends = ENDS();
  const text = field('status', t('Status'), {
    maxlength: String(MAX_STATUS_LENGTH),
    value: known?.text ?? '',
  });
  const picker = draw(
    'button',
    { type: 'button', class: 'button emoji', 'aria-label': t('Emoji') },
    emoji === '' ? NO_EMOJI : emoji,
  );
  picker.addEventListener('click', async () => {
    const { openEmojiPicker } = await loadEmoji();
    openEmojiPicker(picker, (picked) => {
      emoji = picked;
      picker.textContent = picked;
    });
  });
  const choose = draw('select', { id: 'until' });
  if (known?.until)
    choose.append(draw('option', { value: 'kept' }, t('Until {when}', { when: hourOf(known.until) })));
  choose.append(...ends.map(([words], index) => draw('option', { value: String(index) }, words)));
  const problem = draw('p', { class: 'error', role: 'alert' });
  const save = draw('button', { class: 'button primary' }, t('Save'));
  const clear = draw('button', { type: 'button', class: 'button' }, t('Clear status'));
  const cancel = draw('button', { type: 'button', class: 'button' }, t('Cancel'));
  const form = draw(
    'form',
    { class: 'stack' },
    draw('h2', { id: 'title' }, t('Your status')),
    draw('div', { class: 'line' }, picker, text.row),
    draw('div', { class: 'field' }, draw('label', { for: 'until' }, t('Until')), choose),
    draw('p', { class: 'hint' }, t('Sealed for the people you write with; this server cannot read it.')),
    problem,
    draw('div', { class: 'buttons' }, cancel, ...(known ? [clear] : []), save),
  );
  const dialog = draw('dialog', { class: 'dialog', 'aria-labelledby': 'title' }, form);
  root.append(dialog);

  const say = async (status: StatusView | null) => {
    problem.textContent = '';
    try {
      await presence.setStatus(status);
      dialog.close();
    } catch (error) {
      problem.textContent = sentenceOf(error);
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const until =
      choose.value === 'kept' ? (known?.until ?? null) : (ends[Number(choose.value)]?.[1] ?? null);
    const words = text.input.value.trim();
    void say(words === '' && emoji === '' ? null : { emoji, text: words, until });
  });
  clear.addEventListener('click', () => void say(null));
  cancel.addEventListener('click', () => dialog.close());
  dialog.showModal();
  text.input.focus();
  await new Promise<void>((resolve) => {
    dialog.addEventListener('close', () => resolve(), { once: true });
  });
  host.remove();
}
