/** A dialog of the island's own: its inside stands in a shadow root, and it is gone when it is closed. */
import { draw } from '../draw.ts';
import { shadowOf } from '../groups/draw.ts';

export interface OwnDialog {
  readonly dialog: HTMLDialogElement;
  readonly root: ShadowRoot;
}

let open: HTMLDialogElement | null = null;

/** Shows an empty dialog of this class and name; another one of ours closes. */
export function openDialog(className: string, name: string, style: string): OwnDialog {
  open?.close();
  const host = draw('div');
  const dialog = draw('dialog', { class: `dialog ${className}`, 'aria-label': name, closedby: 'any' }, host);
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (open === dialog) open = null;
  });
  document.body.append(dialog);
  const root = shadowOf(host, style);
  dialog.showModal();
  open = dialog;
  return { dialog, root };
}
