/** Brings the marks of the page to life (views/README.md), once each, in whole pages and in swapped parts. */

import { openConversationsList } from './conversations-list.ts';
import { openCopy } from './copy.ts';
import { openWriting } from './enter-key.ts';
import { openGroupPage, openGroupTitle, openNewConversationDialog } from './group.ts';
import {
  loadArchive,
  loadConversationDetails,
  loadFileRoom,
  loadHistory,
  loadNotifications,
  loadPresence,
  loadReaders,
  loadSharing,
  loadVerify,
} from './part.ts';
import { openUsername } from './people.ts';
import { openSearchBox, openSearchIn } from './search.ts';
import { openLog, openOwnDevices, openPrivacy, openRemoval } from './settings.ts';
import { openTimeline } from './timeline/timeline.ts';

const MARKS: readonly (readonly [selector: string, open: (element: HTMLElement) => unknown])[] = [
  ['nav[data-conversations]', openConversationsList],
  ['#timeline', openTimeline],
  ['[data-search]', openSearchBox],
  ['button[data-search-in]', openSearchIn],
  ['[data-safety-number]', async (place) => (await loadVerify()).openVerify(place)],
  ['[data-readers]', async (place) => (await loadReaders()).openReaders(place)],
  ['[data-conversation-details]', async (place) => (await loadConversationDetails()).openDetails(place)],
  ['[data-group-title]', openGroupTitle],
  ['[data-group]', openGroupPage],
  ['dialog:has([data-new-conversation])', openNewConversationDialog],
  ['button[data-copy]', openCopy],
  ['[data-own-devices]', openOwnDevices],
  ['[data-remove-device]', openRemoval],
  ['[data-privacy]', openPrivacy],
  ['[data-notifications]', async (place) => (await loadNotifications()).openNotificationSettings(place)],
  ['[data-transfers]', async (place) => (await loadHistory()).openTransfers(place)],
  ['[data-history]', async (place) => (await loadHistory()).openHistory(place)],
  ['[data-file-room]', async (place) => (await loadFileRoom()).openFileRoom(place)],
  ['[data-links]', async (place) => (await loadSharing()).openLinks(place)],
  ['[data-message-files]', async (place) => (await loadArchive()).openFiles(place)],
  ['[data-writing]', openWriting],
  ['[data-log]', openLog],
  ['[data-own-status]', async (button) => (await loadPresence()).openOwnStatus(button)],
  ['[data-presence-choices]', async (place) => (await loadPresence()).openPresenceChoices(place)],
  ['[data-peer-username]', openUsername],
];

const mounted = new WeakSet<Element>();

/** Mounts everything in `root`, itself included, that was not mounted before. */
export function mount(root: Element): void {
  for (const [selector, open] of MARKS) {
    const inside = [...root.querySelectorAll<HTMLElement>(selector)];
    const all = root instanceof HTMLElement && root.matches(selector) ? [root, ...inside] : inside;
    for (const element of all) {
      if (mounted.has(element)) continue;
      mounted.add(element);
      open(element);
    }
  }
}
