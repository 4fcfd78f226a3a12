/** Who may come in, and the way out. */

import type { ConversationView, Reader } from '../../client/engine-types.ts';
import { t } from '../../contract/words.ts';
import { button, carefulButton, check, draw } from './draw.ts';
import type { Tools } from './group.ts';
import { historyChoice } from './history-choice.ts';

/** Draws what this person may do about the group as a whole. */
export function drawAccess(
  place: HTMLElement,
  view: ConversationView,
  readers: readonly Reader[],
  { engine, conversation, run }: Tools,
): void {
  if (!view.writable) {
    place.replaceChildren(
      draw(
        'p',
        { class: 'card' },
        t('You are not in this group any more. What you have read stays on this device.'),
      ),
    );
    return;
  }
  const parts: Node[] = [];
  if (view.role === 'owner' || view.role === 'admin') {
    const open = check(
      t('Open to everybody here'),
      t('Anybody in the workspace may come in, and is seen doing so. Its name is then known to the server.'),
    );
    open.input.checked = view.open;
    open.input.addEventListener('change', () => {
      const wanted = open.input.checked;
      void run(
        () => engine.setOpen(conversation, wanted),
        wanted ? t('Anybody in the workspace may come in now.') : t('Only its admins add people now.'),
      );
    });
    parts.push(open.row, drawHistory(view, { engine, conversation, run }));
  }
  const hasAdmin = readers.some(({ role, identityChanged }) => isAdmin(role) && !identityChanged);
  if (!hasAdmin)
    parts.push(
      draw(
        'p',
        { class: 'card warn' },
        t('No admin is left here: nobody can add people or change the name.'),
      ),
      button(t('Continue in a new group'), 'button', () =>
        run(() => engine.succeedGroup(conversation), t('A new group with the same people follows this one.')),
      ),
    );
  const others = readers.filter(({ isSelf }) => !isSelf);
  const last = view.role === 'owner' && !others.some(({ role }) => isAdmin(role));
  const question =
    last && others.length > 0
      ? t('Leave? Nobody else here is an admin: without one, nobody can add people or change the name.')
      : t('Leave? You read nothing that is written later.');
  parts.push(
    carefulButton(t('Leave group'), question, () =>
      run(() => engine.leave(conversation), t('You have left. What you have read stays on this device.')),
    ),
  );
  place.replaceChildren(...parts);
}

/** What members who come later may read. */
function drawHistory(
  { history }: ConversationView,
  { engine, conversation, run }: Pick<Tools, 'engine' | 'conversation' | 'run'>,
): HTMLElement {
  const choice = historyChoice();
  choice.select.value = history ?? 'none';
  choice.select.addEventListener('change', () => {
    void run(() => engine.setHistory(conversation, choice.chosen()), t('This holds from now on.'));
  });
  return choice.row;
}

const isAdmin = (role: Reader['role']): boolean => role === 'owner' || role === 'admin';
