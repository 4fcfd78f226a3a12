/**
 * The client without a screen: keys, sessions, outbox, history. The island and the command line each open one over their
 * own storage and transport; several over one storage behave, because every operation runs under its lock.
 */

import { isAccountId, isBodyId, isConversationId } from '../contract/ids.ts';
import { say, t } from '../contract/words.ts';
import type { Crypto } from '../protocol/ports.ts';
import { backupActions, tendBackup } from './backup/door.ts';
import { composeText } from './compose.ts';
import { Context } from './context.ts';
import {
  directId,
  ensureDirect,
  listConversations,
  readConversation,
  viewConversation,
} from './conversations.ts';
import type { Engine } from './engine-types.ts';
import type { EngineFiles } from './files/files.ts';
import type { FileCarrier, SourceOf, Uploading } from './files/ports.ts';
import { findMessage, readPage } from './history.ts';
import { acknowledgeNew, markVerified, pinnedPerson } from './identity.ts';
import { LateRunner } from './late-runner.ts';
import { mayBePutBack } from './mark.ts';
import { messageActions } from './messages/on-demand.ts';
import { onDemand } from './on-demand.ts';
import { loadSelf, pinSelf } from './open-self.ts';
import { listPeople } from './people.ts';
import {
  type Live,
  type Note,
  type Notify,
  type RelayTransport,
  type Storage,
  type Timer,
  TransportFailed,
} from './ports.ts';
import { deviceNameKey } from './self.ts';
import { NOTICES } from './sentences.ts';

/** What an engine is made of. */
export interface EnginePorts {
  readonly storage: Storage;
  readonly transport: RelayTransport;
  /** Null for one that only asks (a command that sends and ends). */
  readonly live: Live | null;
  /** Provider, randomness and clock. */
  readonly crypto: Crypto;
  readonly timer: Timer;
  /** When other tabs or processes share the storage and want to hear at once. */
  readonly notify?: Notify;
  /** What this device is called until its person names it, such as "Firefox on Linux". */
  readonly deviceName?: string;
  /** Where a storage that was put back to an older state can be told by. */
  readonly note?: Note;
  /** Who carries the bytes of files; this thread when it is left out. */
  readonly carrier?: FileCarrier;
  /** Where bytes to send are found again after a restart; nowhere when it is left out. */
  readonly sourceOf?: SourceOf;
  /** Where several tabs or processes share the storage. */
  readonly uploading?: Uploading;
}

const loadGroups = () => onDemand(() => import('./groups/changes.ts'));
/** What a page that only shows what is here does not need. */
const loadOwn = () => onDemand(() => import('./own-affairs.ts'));
const loadDirectory = () => onDemand(() => import('./directory.ts'));
const loadPutBack = () => onDemand(() => import('./put-back.ts'));
const loadVerification = () => onDemand(() => import('./verification.ts'));
const loadQuiet = () => onDemand(() => import('./quiet/quiet.ts'));
const loadPresence = () => onDemand(() => import('./presence/presence.ts'));
const loadFiles = () => onDemand(() => import('./files/files.ts'));
const loadSharing = () => onDemand(() => import('./files/sharing.ts'));
const loadTransfers = () => onDemand(() => import('./transfer/transfers.ts'));
const loadArchive = () => onDemand(() => import('./archive/files.ts'));
const loadLogStatus = () => onDemand(() => import('./log-status.ts'));

/**
 * Opens the engine over a storage that `storeNewDevice` has filled. Reads, does not connect; `start` does. Throws Error
 * with one sentence when the storage holds no device or was written by a newer release. The storage stays the caller's:
 * close it after `stop`.
 */
export async function openEngine(ports: EnginePorts): Promise<Engine> {
  const { self, stored } = await loadSelf(ports.storage, ports.crypto);
  const ctx = new Context(ports, self);
  await ctx.log.load(ctx.storage);
  await pinSelf(ctx, stored);
  if (ports.deviceName !== undefined && (await ctx.storage.get('meta', deviceNameKey(self.device))) === null)
    await (await loadOwn()).nameSelf(ctx, ports.deviceName);
  const wasPutBack = (await mayBePutBack(ctx)) && (await (await loadPutBack()).mendWhenPutBack(ctx));
  const runner = new LateRunner(ctx, ports.live);
  const endHearing = ports.notify?.listen((text) => ctx.tasks.run(() => retell(ctx, text))) ?? (() => {});
  const { storage } = ports;
  let presence: ReturnType<Engine['presence']> | null = null;
  let files: Promise<EngineFiles> | null = null;

  /** After somebody's identity or devices became other ones here. */
  const learnAgain = async (person: Parameters<Engine['direct']>[0]) => {
    try {
      await (await loadDirectory()).refreshPeople(ctx, [person]);
    } catch (error) {
      if (!(error instanceof TransportFailed)) throw error;
    }
    ctx.wakes.inbox(0);
    ctx.wakes.flush();
  };

  const openFiles = () => {
    files ??= loadFiles().then(
      (part) => part.openFiles(ctx, ports),
      (error: unknown) => {
        files = null;
        throw error;
      },
    );
    return files;
  };
  /** Files whose way to the server was cut off go on; nothing is loaded where there are none. */
  const resumeFiles = async () => {
    const owed = await Promise.all(['p/', 'r/'].map((prefix) => storage.list('files', { prefix, limit: 1 })));
    if (owed.flat().length > 0) (await openFiles()).resume();
  };

  const view = async (id: Parameters<Engine['leave']>[0]) => {
    const known = await readConversation(storage, id);
    if (known === null) throw new Error(t('This conversation is not known here: open it first.'));
    return viewConversation(storage, known, self.account);
  };

  return {
    self: { account: self.account, device: self.device, username: self.username, name: self.name },
    archive: async () => (await loadArchive()).openArchive(ctx),
    transfers: async () => (await loadTransfers()).openTransfers(ctx),
    files: openFiles,
    sharing: async () => (await loadSharing()).openSharing(ctx),
    presence: () => {
      presence ??= loadPresence().then(
        ({ openPresence }) => openPresence(ctx, ports.live),
        (error: unknown) => {
          presence = null;
          throw error;
        },
      );
      return presence;
    },
    start: () => {
      tendBackup(ctx);
      runner.start();
      ctx.tasks.run(resumeFiles);
    },
    stop: async () => {
      endHearing();
      (await files?.catch(() => null))?.end();
      await runner.stop();
    },
    idle: () => ctx.tasks.settled(),
    subscribe: (listener) => {
      const end = ctx.subscribe(listener);
      // It was found before anybody listened, so everybody who does is told of it.
      if (wasPutBack) listener({ type: 'notice', code: 'E_ROLLBACK', message: say(NOTICES.putBack) });
      return end;
    },

    send: async (conversation, text, about = {}) => {
      const message = await composeText(ctx, conversation, text, about);
      ctx.wakes.flush();
      return message;
    },
    flush: () => runner.flush(),
    receive: (deliveries) => runner.receive(deliveries),
    sync: () => runner.sync(),

    conversations: async () => {
      const known = await listConversations(storage);
      return Promise.all(known.map((each) => viewConversation(storage, each, self.account)));
    },
    direct: async (person) => {
      await pinnedPerson(ctx, person);
      const id = directId(self.account, person);
      const known = await readConversation(storage, id);
      const made =
        known ?? (await ctx.operate((op) => ensureDirect(op, id, [self.account, person], ctx.now())));
      if (made === null) throw new Error(t('This conversation cannot be made.'));
      if (known === null) {
        // Without an answer it is made again when the first message is posted.
        await ctx.transport.createConversation({ kind: 'direct', people: [person] }).catch(() => {});
      }
      return viewConversation(storage, made, self.account);
    },
    createGroup: async (group) => view(await (await loadGroups()).createGroup(ctx, group)),
    addPeople: async (conversation, people) => (await loadGroups()).addPeople(ctx, conversation, people),
    removePerson: async (conversation, person) =>
      (await loadGroups()).removePerson(ctx, conversation, person),
    setRole: async (conversation, person, role) =>
      (await loadGroups()).setRole(ctx, conversation, person, role),
    setOpen: async (conversation, open) => (await loadGroups()).setOpen(ctx, conversation, open),
    setHistory: async (conversation, history) => (await loadGroups()).setHistory(ctx, conversation, history),
    leave: async (conversation) => (await loadGroups()).leave(ctx, conversation),
    confirmIdentity: async (conversation, person) => {
      await (await loadGroups()).confirmIdentity(ctx, conversation, person);
      await learnAgain(person);
    },
    setDetails: async (conversation, details) => (await loadGroups()).setDetails(ctx, conversation, details),
    openGroups: async () => (await loadGroups()).openGroups(ctx),
    joinGroup: async (conversation) => {
      await (await loadGroups()).joinGroup(ctx, conversation);
      return view(conversation);
    },
    succeedGroup: async (conversation) => view(await (await loadGroups()).succeedGroup(ctx, conversation)),
    readers: async (conversation) => (await loadOwn()).listReaders(ctx, conversation),
    ...messageActions(ctx),
    ...backupActions(ctx),
    messages: (conversation, page) => readPage(storage, conversation, page),
    message: (id) => findMessage(storage, id),
    markRead: async (conversation) => {
      const { markConversationRead } = await loadOwn();
      await ctx.operate((op) => markConversationRead(op, ctx, conversation));
    },
    readReceipts: async () => (await loadOwn()).readsAreTold(storage),
    setReadReceipts: async (on) => {
      const { setReadsTold } = await loadOwn();
      await ctx.operate((op) => setReadsTold(op, ctx, on));
    },
    quiet: async () => (await loadQuiet()).readQuiet(storage),
    setQuiet: async (quiet) => {
      const part = await loadQuiet();
      const { syncSettings } = await loadOwn();
      await ctx.operate((op) => part.setQuiet(op, ctx, quiet, syncSettings));
    },

    people: () => listPeople(ctx),
    log: async () => (await loadLogStatus()).logStatus(ctx),
    acknowledgeLog: async () => (await loadLogStatus()).acknowledgeLog(ctx),
    safetyNumber: async (person) => (await loadVerification()).safetyDigits(ctx, person),
    setVerified: async (person, verified) => {
      await markVerified(ctx, person, verified);
      await learnAgain(person);
    },
    verificationCode: async (person) => (await loadVerification()).verificationCode(ctx, person),
    compareCode: async (person, text) => {
      const outcome = await (await loadVerification()).compareCode(ctx, person, text);
      if (outcome === 'same') await learnAgain(person);
      return outcome;
    },
    acknowledgeIdentity: async (person) => {
      await acknowledgeNew(ctx, person);
      await learnAgain(person);
    },
    devices: async () => (await loadOwn()).listDevices(ctx),
    renameDevice: async (device, name) => (await loadOwn()).renameDevice(ctx, device, name),
    deviceNews: async () => (await loadOwn()).listNews(storage),
    dismissNews: async (device) => (await loadOwn()).dismissNews(ctx, device),
  };
}

/** Tells here what another tab or process changed. */
async function retell(ctx: Context, text: string): Promise<void> {
  for (const line of text.split('\n')) {
    const [type, id = '', within = ''] = line.split(' ');
    if (type === 'removed' && isBodyId(id) && isConversationId(within))
      ctx.emit({ type, id, conversation: within });
    if ((type === 'message' || type === 'updated') && isBodyId(id)) {
      const message = await findMessage(ctx.storage, id);
      if (message !== null) ctx.emit({ type, message });
    }
    if (type === 'files' && isConversationId(id)) ctx.emit({ type, conversation: id });
    if (type === 'peer' && isAccountId(id)) await ctx.tellPeer(id);
    if (type === 'conversation' && isConversationId(id)) await ctx.tellConversation(id);
    if (type === 'status' && isAccountId(id)) ctx.emit({ type, account: id });
    if ((type === 'uploads' || type === 'files') && isConversationId(id))
      ctx.emit({ type, conversation: id });
    if (type === 'devices' || type === 'transfers' || type === 'backup') ctx.emit({ type });
    if (type === 'restored' && isConversationId(id))
      ctx.emit({ type, conversation: id, ids: within.split(',').filter(isBodyId) });
    if (type === 'log') {
      await ctx.log.load(ctx.storage);
      ctx.wakes.inbox(0);
      ctx.emit({ type });
    }
  }
}
