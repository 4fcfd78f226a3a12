/** The island: what uses keys, in the pages of the workspace. They work as links and forms without it; words need it. */
import { t } from '../contract/words.ts';
import './language.ts';
import { htmx } from './htmx.ts';
import 'htmx.org/dist/ext/hx-ws.js';
import { openEngine } from '../client/engine.ts';
import { httpCalls, httpRelay } from '../client/http-relay.ts';
import { readSelf } from '../client/self.ts';
import { describeAgent } from '../contract/agent.ts';
import type { AccountId } from '../contract/ids.ts';
import { Composer } from './composer.ts';
import { watchConnection } from './connection.ts';
import { adoptRow, markCurrentRow } from './conversations-list.ts';
import { browserCrypto } from './crypto.ts';
import { STORAGE_GONE } from './database.ts';
import { openFileCarrier, openUploading } from './file-carrier.ts';
import { readHere, writeHere } from './here.ts';
import { keepInstallOffer } from './install.ts';
import { keepIn } from './kept.ts';
import { watchShortcuts } from './keys.ts';
import { keepLinksWorking } from './links.ts';
import { listenToSocket, live } from './live.ts';
import { openUnlockedStorage } from './local-storage.ts';
import { mount } from './mount.ts';
import { openNote } from './note.ts';
import { showNotice, watchNotices, watchRequests } from './notices.ts';
import { readPage } from './page.ts';
import { loadNotifications, loadOffline, loadPresence } from './part.ts';
import { tellOnceWhenNotKept } from './persistence.ts';
import { lockEnded } from './removed.ts';
import { SealedPreview } from './sealed-preview.ts';
import { provideEngine } from './session.ts';
import { takeSignOut } from './sign-out.ts';
import { openTabs } from './tabs.ts';
import { SealedMessage } from './timeline/sealed-message.ts';
import { OPTIONS } from './transport.ts';
import { watchCode } from './watch-code.ts';

/** The page that stands in for the server's has no reader of its own. */
const isOffline = document.body.dataset.page === 'offline';
const page = readPage(document.body);
const reader = isOffline ? readHere() : page.device && page.account;
listenToSocket(async () => {
  if (reader) await lockEnded(reader);
  location.assign('/sign-in');
});
customElements.define('sealed-message', SealedMessage);
customElements.define('sealed-preview', SealedPreview);
customElements.define('sotto-composer', Composer);

if (!isOffline) mount(document.body);
document.addEventListener('htmx:after:settle', ({ target }) => {
  if (target instanceof Element) mount(target);
  markCurrentRow();
});
keepLinksWorking();
keepInstallOffer();
if (reader) void begin(reader).catch(tellNotOpened);
else if (isOffline) void lock();
watchCode({ keep: true });
if (reader) watchShortcuts();

/** The way to the keys leads through the vault, which only the server gives. */
async function lock(): Promise<void> {
  if (isOffline) (await loadOffline()).drawLocked();
  else location.replace('/unlock');
}

/** Opens this device and starts it; without its keys the page is for unlocking. */
async function begin(account: AccountId): Promise<void> {
  let stop = async () => {};
  takeSignOut(account, () => stop());
  const storage = await openUnlockedStorage(account);
  if (!storage || !(await readSelf(storage))) return lock();
  addEventListener(STORAGE_GONE, () => location.replace('/unlock'));
  keepIn(storage);
  watch('#connection', watchConnection);
  watch('#notices', watchNotices);
  watch('#notices', watchRequests);
  watch('#inbox', emptyInbox);
  const engine = await openEngine({
    storage,
    transport: httpRelay(httpCalls(OPTIONS)),
    live,
    crypto: await browserCrypto(),
    timer: (delay, task) => {
      const timer = setTimeout(task, delay);
      return () => clearTimeout(timer);
    },
    notify: openTabs(account),
    deviceName: describeAgent(navigator.userAgent),
    note: openNote(account),
    carrier: openFileCarrier(account),
    uploading: openUploading(account),
  });
  stop = () => engine.stop();
  provideEngine(engine);
  writeHere(account);
  if (isOffline) await (await loadOffline()).drawOffline(engine, mount);
  engine.start();
  // What people came for is on its way; who else is here can wait for it.
  void loadPresence().then(({ startPresence }) => startPresence());
  void loadNotifications().then(({ startNotifications }) => startNotifications());
  await tellOnceWhenNotKept(engine);
}

/** What stands in the way of the keys: a browser without storage, a storage that a newer release wrote. */
function tellNotOpened(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  watch('#notices', (place) =>
    showNotice(
      place,
      'start',
      t('Sotto could not open what it keeps in this browser. Load the page again. ({reason})', { reason }),
    ),
  );
}

function watch(selector: string, act: (place: HTMLElement) => void): void {
  const place = document.querySelector<HTMLElement>(selector);
  if (place) act(place);
}

/** Rows of new conversations belong in the list; sealed messages have left by themselves; nothing else may stay. */
function emptyInbox(inbox: HTMLElement): void {
  const empty = () => {
    for (const row of inbox.querySelectorAll<HTMLAnchorElement>('a[data-conversation]')) adoptRow(row);
    if (inbox.hasChildNodes()) inbox.replaceChildren();
  };
  new MutationObserver(empty).observe(inbox, { childList: true });
  empty();
}

export { htmx };
