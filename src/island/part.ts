/**
 * Parts of the island that reading and writing do not need: each is fetched when it is first asked for. The build makes a
 * file of every dynamic import, and what a part shares with the page stands in a file that both load.
 */
import { onDemand } from '../client/on-demand.ts';

/** Making and changing groups. */
export const loadGroups = () => onDemand(() => import('./groups/main.ts'));

/** Drawing QR codes, and reading them with the camera. */
export const loadQr = () => onDemand(() => import('./qr/main.ts'));

/** The settings: one's own devices, the transparency log. */
export const loadSettings = () => onDemand(() => import('./settings/main.ts'));

/** The page that stands in for the server's. */
export const loadOffline = () => onDemand(() => import('./offline/main.ts'));

/** The page that compares identities. */
export const loadVerify = () => onDemand(() => import('./verify.ts'));

/** Who is here, who writes, and what people say of themselves. */
export const loadPresence = () => onDemand(() => import('./presence/main.ts'));

/** "Who can read this". */
export const loadReaders = () => onDemand(() => import('./readers.ts'));

/** Picking emojis: for the composer, reactions and the status. */
export const loadEmoji = () => onDemand(() => import('./emoji/main.ts'));

/** Names and emojis offered while somebody writes. */
export const loadCompletion = () => onDemand(() => import('./completion/main.ts'));

/** Markdown for what is selected in the composer, and what there is of it. */
export const loadFormatting = () => onDemand(() => import('./formatting/main.ts'));

/** Notifications, counts in title and icon, and the choices about them. */
export const loadNotifications = () => onDemand(() => import('./notifications/main.ts'));

/** Who answers in this network when the server does not. */
export const loadReach = () => import('./reach/main.ts');

/** What can be done with a message: the buttons beside it, its menu, its details. */
export const loadMessageMenu = () => onDemand(() => import('./message-menu/main.ts'));

/** What the panel of a conversation offers: pinned messages, replies, a date to go to, its settings. */
export const loadConversationDetails = () => onDemand(() => import('./details/main.ts'));

/** The backup of one's history. */
export const loadHistory = () => onDemand(() => import('./history/main.ts'));

/** Messages as files: export and import. */
export const loadArchive = () => onDemand(() => import('./archive/main.ts'));

/** Searching the history. */
export const loadSearch = () => onDemand(() => import('./search/main.ts'));

/** Files that somebody attaches, and those that are on their way. */
export const loadAttach = () => onDemand(() => import('./attach/main.ts'));

/** The switcher, and the sheet of shortcuts. */
export const loadKeys = () => onDemand(() => import('./keys/main.ts'));

/** Files of messages: their cards in the timeline. */
export const loadFileCards = () => onDemand(() => import('./file-card/main.ts'));

/** What can be done with a file. */
export const loadFileMenu = () => onDemand(() => import('./file-menu/main.ts'));

/** Files to the disk, and to players. */
export const loadSave = () => onDemand(() => import('./save/main.ts'));

/** Pictures, films, sounds and texts, looked at here. */
export const loadViewer = () => onDemand(() => import('./viewer/main.ts'));

/** The files of a conversation, and one's own. */
export const loadFileRoom = () => onDemand(() => import('./file-room/main.ts'));

/** What a file is that somebody attaches: its type, a small look at it, where it was taken. */
export const loadPreview = () => onDemand(() => import('./preview/main.ts'));

/** Links for people without an account. */
export const loadSharing = () => onDemand(() => import('./sharing/main.ts'));
