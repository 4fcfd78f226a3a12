/** Where the switcher can go: conversations, people, commands. */
import type { ConversationView, Engine, PeerView } from '../../client/engine-types.ts';
import { plural, t } from '../../contract/words.ts';
import { goToConversation } from '../group.ts';
import { everybody } from '../people.ts';
import { engine } from '../session.ts';
import { isNotes, titleOf } from '../title.ts';
import type { Entry } from './entries.ts';
import { openShortcuts } from './sheet.ts';

const COMMAND = { detail: '', unread: 0, tint: '', usedAt: 0 } as const;

export function listCommands(): readonly Entry[] {
  const commands: Entry[] = [];
  const add = (id: string, icon: string, name: string, go: () => void) =>
    commands.push({ ...COMMAND, id, icon, name, go });
  const begin = document.querySelector<HTMLDialogElement>('dialog#new-conversation');
  if (begin) add('new', 'icon-plus', t('New conversation'), () => begin.showModal());
  add('search', 'icon-search', t('Search messages'), () => document.dispatchEvent(new Event('sotto-search')));
  add('files', 'icon-files', t('My files'), () => location.assign('/files'));
  add('settings', 'icon-settings', t('Settings'), () => location.assign('/settings'));
  if (document.querySelector('.me a[href="/admin"]'))
    add('admin', 'icon-people', t('Admin'), () => location.assign('/admin'));
  add('keys', 'icon-keyboard', t('Keyboard shortcuts'), openShortcuts);
  return commands;
}

/** What is known at once, and then with everybody of the workspace. */
export async function* listPlaces(): AsyncGenerator<readonly Entry[]> {
  const client = await engine;
  const conversations = (await client.conversations()).filter((view) => titleOf(view) !== null);
  const places = conversations.map(placeOf);
  yield places;
  const known = new Set(conversations.map(({ peer }) => peer?.account));
  const others = (await everybody()).filter(({ account }) => !known.has(account));
  const notes = conversations.some(isNotes) ? [] : [notesOf(client)];
  yield [...places, ...others.map((person) => personOf(client, person)), ...notes];
}

function placeOf(view: ConversationView): Entry {
  const { id, peer, members, unread, lastActivity } = view;
  return {
    id,
    name: titleOf(view) ?? '',
    detail: isNotes(view)
      ? t('For you alone')
      : peer
        ? `@${peer.username}`
        : plural(members.length, '{n} person', '{n} people'),
    unread,
    tint: isNotes(view) ? '' : (peer?.account ?? id),
    icon: isNotes(view) ? 'icon-lock' : '',
    // The one that is open is not where somebody wants to go.
    usedAt: location.pathname === `/c/${id}` ? 1 : lastActivity + 2,
    go: () => goToConversation(id),
  };
}

/** One's own notes, begun when one goes there. */
const notesOf = (client: Engine): Entry => ({
  id: client.self.account,
  name: t('Notes to self'),
  detail: t('For you alone'),
  unread: 0,
  tint: '',
  icon: 'icon-lock',
  usedAt: 0,
  go: () => void client.direct(client.self.account).then(({ id }) => goToConversation(id)),
});

/** Somebody one has not written with yet: the conversation is made when one goes there. */
const personOf = (client: Engine, { account, name, username }: PeerView): Entry => ({
  id: account,
  name,
  detail: `@${username}`,
  unread: 0,
  tint: account,
  icon: '',
  usedAt: 0,
  go: () => void client.direct(account).then(({ id }) => goToConversation(id)),
});
