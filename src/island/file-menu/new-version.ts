/** Another version of a file that is there. */
import type { FileView } from '../../client/files/view.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { loadAttach } from '../part.ts';
import { showProblem } from '../problem.ts';

/** Asks for the file. */
export function pickVersion({ id }: FileView, conversation: ConversationId): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file)
      void loadAttach()
        .then(({ sendVersion }) => sendVersion(conversation, id, file))
        .catch(showProblem);
  });
  input.click();
}
