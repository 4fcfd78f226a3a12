/** Groups in the page: their name where the server could only count people, and the part that changes them. */

import type { ConversationView } from '../client/engine-types.ts';
import { isConversationId } from '../contract/ids.ts';
import { plural, t } from '../contract/words.ts';
import { loadGroups } from './part.ts';
import { engine, onEvent } from './session.ts';

/** Writes name and topic into `[data-group-title]`, until it leaves the document. */
export function openGroupTitle(place: HTMLElement): void {
  const id = place.dataset.groupTitle ?? '';
  const show = ({ name, topic, members, open, writable }: ConversationView) => {
    const people = plural(members.length, '{n} person', '{n} people');
    const size = open ? t('{people}, open', { people }) : people;
    const about = [writable ? size : t('You are not in it any more'), topic ?? '']
      .filter((words) => words !== '')
      .join(' · ');
    write(place, '[data-group-topic]', about);
    if (!name) return;
    write(place, '[data-group-name]', name);
    const site = document.title.split(' · ').at(-1) ?? '';
    document.title = `${name} · ${site}`;
  };
  const stop = onEvent((event) => {
    if (!place.isConnected) stop();
    else if (event.type === 'conversation' && event.conversation.id === id) show(event.conversation);
  });
  void engine.then(async (client) => {
    const view = (await client.conversations()).find((each) => each.id === id);
    if (view && place.isConnected) show(view);
  });
}

function write(place: HTMLElement, selector: string, words: string): void {
  const target = place.querySelector(selector);
  if (target && target.textContent !== words) target.textContent = words;
}

/** The page `[data-group]` is drawn by the part that changes groups. */
export async function openGroupPage(place: HTMLElement): Promise<void> {
  const [client, part] = await Promise.all([engine, loadGroups()]);
  part.openGroup(place, client, onEvent);
}

const NEW_CONVERSATION = '#new-conversation';

/** The form of the dialog is drawn when it is opened for the first time. */
export function openNewConversationDialog(dialog: HTMLElement): void {
  const place = dialog.querySelector<HTMLElement>('[data-new-conversation]');
  const open = async () => {
    const [client, part] = await Promise.all([engine, loadGroups()]);
    if (place)
      await part.openNewConversation(place, client, (id) => {
        if (dialog instanceof HTMLDialogElement) dialog.close();
        goToConversation(id);
      });
  };
  dialog.addEventListener('beforetoggle', (event) => {
    if (event instanceof ToggleEvent && event.newState === 'open') void open();
  });
  if (dialog.hasAttribute('open')) void open();
  // A shortcut of the installed app leads here.
  else if (location.hash === NEW_CONVERSATION && dialog instanceof HTMLDialogElement) dialog.showModal();
}

/** Opens a conversation to write in: by its row when the list has it already, which swaps the pane alone. */
export function goToConversation(id: string): void {
  if (!isConversationId(id)) return;
  const row = document.querySelector<HTMLElement>(`nav a[data-conversation="${id}"]`);
  if (!row) {
    location.assign(`/c/${id}`);
    return;
  }
  const write = () => {
    const box = document.querySelector<HTMLElement>(`sotto-composer[data-conversation="${id}"]`);
    if (!box) return;
    document.removeEventListener('htmx:after:settle', write);
    box.focus();
  };
  document.addEventListener('htmx:after:settle', write);
  row.click();
}
