/** What can be done with a file by one press. */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { loadFileMenu, loadSave, loadViewer } from '../part.ts';
import { showProblem } from '../problem.ts';
import type { Around } from './around.ts';
import { iconButton } from './icon-button.ts';

export const saveButton = (file: FileView): HTMLButtonElement =>
  iconButton('save', t('Save {name}', { name: file.name }), () => void save(file));

export const moreButton = (file: FileView, { message, seen }: Around): HTMLButtonElement =>
  iconButton('more', t('More for {name}', { name: file.name }), (anchor) => {
    const { id, conversation, mine } = message;
    const beside = seen.includes(file) ? seen : [file];
    loadFileMenu()
      .then(({ openFileMenu }) => openFileMenu({ file, conversation, message: id, mine, anchor, beside }))
      .catch(showProblem);
  });

const save = (file: FileView): Promise<void> =>
  loadSave()
    .then(({ startSave }) => startSave(file))
    .catch(showProblem);

/** Looks at it in the page. */
export const look = (file: FileView, files: readonly FileView[], back: HTMLElement): Promise<void> =>
  loadViewer()
    .then(({ openViewer }) => openViewer(files, file, back))
    .catch(showProblem);
