/** One device's way to a FakeRelay: its transport, and a live line that a test connects and cuts. */
import { toBase64 } from '../../contract/bytes.ts';
import { type AccountId, type DeviceId, isBodyId } from '../../contract/ids.ts';
import { ENVELOPES_PER_PAGE } from '../../contract/limits.ts';
import type { PresenceFrame, PresenceSettings } from '../../contract/presence.ts';
import type { ServerFrame } from '../../contract/relay.ts';
import { RunLength } from '../files/run-length.ts';
import type { Live, Transport } from '../ports.ts';
import { type FakeRelay, lost } from './relay.ts';

/** Calls that the engine makes; those of enrolment have no place here. */
type EngineCalls = Pick<
  Transport,
  | 'people'
  | 'directory'
  | 'log'
  | 'logKey'
  | 'policies'
  | 'claimPrekeys'
  | 'prekeyStock'
  | 'uploadPrekeys'
  | 'conversations'
  | 'createConversation'
  | 'roster'
  | 'appendRoster'
  | 'openConversations'
  | 'post'
  | 'pending'
  | 'acknowledge'
  | 'statuses'
  | 'putParcelPart'
  | 'parcelPart'
  | 'removeParcel'
  | 'files'
  | 'sharing'
  | 'presence'
  | 'choosePresence'
  | 'backup'
  | 'updateBackup'
  | 'turnBackupOff'
  | 'backupSegment'
  | 'putBackupSegment'
>;

export class FakeLine implements Live {
  connected = false;
  private readonly listeners = new Set<(frame: ServerFrame) => void>();
  /** What was said of the person behind it, in order. */
  readonly said: PresenceFrame[] = [];
  private presence: PresenceSettings = { shown: true, allowed: { presence: true, typing: true } };
  /** Cuts every request, as without a network. */
  cut = false;

  constructor(
    readonly relay: FakeRelay,
    readonly account: AccountId,
    readonly device: DeviceId,
  ) {}

  onEvent(listener: (frame: ServerFrame) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Opens the live line: the relay says hello and tells what happens from now on. */
  connect(): void {
    this.cut = false;
    this.connected = true;
    this.relay.device(this.device).listener = (frame) => this.tell(frame);
    this.tell({ event: 'hello', release: 'test', now: this.relay.clock() });
  }

  disconnect(): void {
    this.connected = false;
    const own = this.relay.devices.get(this.device);
    if (own !== undefined) own.listener = null;
  }

  say(frame: PresenceFrame): void {
    if (this.connected) this.said.push(frame);
  }

  /** Says something that no relay had to be asked for. */
  tell(frame: ServerFrame): void {
    for (const listener of this.listeners) listener(frame);
  }

  private async call<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const { relay, device } = this;
    relay.calls[name] = (relay.calls[name] ?? 0) + 1;
    if (this.cut) throw lost();
    relay.knobs.request(name, device);
    const result = work();
    relay.knobs.answer(name, device);
    return result;
  }

  /** The transport; a call that the engine should never make throws. */
  transport(): Transport {
    const { relay, account, device } = this;
    const calls: EngineCalls = {
      people: () =>
        this.call('people', () =>
          [...relay.people.values()].map(({ account, username, name, role, disabled }) => ({
            account,
            username,
            name,
            role,
            disabled,
          })),
        ),
      directory: (people) =>
        this.call('directory', () =>
          people.flatMap((each) => {
            const entry = relay.people.get(each);
            return entry === undefined ? [] : [relay.knobs.directory(entry)];
          }),
        ),
      log: (from) => this.call('log', () => relay.knobs.log(device, relay.log).page(from)),
      policies: () => this.call('policies', () => relay.policies),
      logKey: () => this.call('logKey', () => toBase64(relay.log.key.publicKey)),
      claimPrekeys: (devices) =>
        this.call('claimPrekeys', () => devices.flatMap((each) => relay.claim(each) ?? [])),
      prekeyStock: () =>
        this.call('prekeyStock', () => ({
          remaining: relay.knobs.stock(relay.device(device).oneTime.length),
        })),
      uploadPrekeys: (upload) => this.call('uploadPrekeys', () => relay.putPrekeys(device, upload)),
      conversations: () =>
        this.call('conversations', () =>
          [...relay.conversations.values()].filter(({ members }) => members.includes(account)),
        ),
      createConversation: (request) =>
        this.call('createConversation', () =>
          request.kind === 'direct'
            ? relay.createConversation(account, request.people)
            : relay.rosters.create(account, request.event),
        ),
      roster: (id, after) => this.call('roster', () => relay.rosters.page(account, id, after)),
      appendRoster: (id, { event }) =>
        this.call('appendRoster', () => relay.rosters.append(account, id, event)),
      openConversations: () => this.call('openConversations', () => relay.rosters.open(account)),
      post: (post) => {
        relay.attempts.push(post.slice());
        return this.call('post', () => relay.accept(device, post));
      },
      pending: (after) =>
        this.call('pending', () => {
          const waiting = relay.device(device).queue.filter(({ seq }) => seq > after);
          return {
            envelopes: waiting.slice(0, ENVELOPES_PER_PAGE),
            more: waiting.length > ENVELOPES_PER_PAGE,
          };
        }),
      acknowledge: (seqs) => this.call('acknowledge', () => relay.acknowledge(device, seqs)),
      putParcelPart: ({ id }, n, to, sealed) =>
        this.call('putParcelPart', () => relay.parcels.put(device, { id, n, to, sealed })),
      parcelPart: (id, n) => this.call('parcelPart', () => relay.parcels.part(device, id, n)),
      removeParcel: (id) => this.call('removeParcel', () => relay.parcels.remove(device, id)),
      files: relay.files.callsOf(account, (name, act) => this.call(name, act)),
      sharing: async () => relay.sharing.callsOf(account, (name, act) => this.call(name, act)),
      presence: () => this.call('presence', () => this.presence),
      choosePresence: (shown) =>
        this.call('choosePresence', () => {
          this.presence = { ...this.presence, shown };
          return this.presence;
        }),
      statuses: (ids) =>
        this.call('statuses', () =>
          ids.flatMap((id) => {
            if (!isBodyId(id)) return [];
            const body = relay.bodies.get(id);
            if (body === undefined || body.sender !== device) return [];
            return [
              { id, delivered: [...body.delivered], expired: [...body.expired], pending: body.pending.size },
            ];
          }),
        ),
      backup: () => this.call('backup', () => relay.backups.read(account, device)),
      updateBackup: (update) => this.call('updateBackup', () => relay.backups.update(account, update)),
      turnBackupOff: () => this.call('turnBackupOff', () => relay.backups.turnOff(account)),
      backupSegment: (id) => this.call('backupSegment', () => relay.backups.segment(account, id)),
      putBackupSegment: (id, sealed) =>
        this.call('putBackupSegment', () => relay.backups.putSegment(account, id, sealed)),
    };
    return { ...unused, ...calls };
  }
}

const no = async (): Promise<never> => {
  throw new Error('This call has no place here.');
};

const unused: Transport = {
  workspace: no,
  registerStart: no,
  register: no,
  signInStart: no,
  signInWithPassword: no,
  signInWithRecovery: no,
  signInWithCode: no,
  passkeyStart: no,
  signInWithPasskey: no,
  session: no,
  signOut: no,
  addDevice: no,
  resumeDevice: no,
  renewDevice: no,
  revokeDevice: no,
  people: no,
  directory: no,
  log: no,
  logKey: no,
  policies: no,
  claimPrekeys: no,
  prekeyStock: no,
  uploadPrekeys: no,
  conversations: no,
  createConversation: no,
  roster: no,
  appendRoster: no,
  openConversations: no,
  post: no,
  pending: no,
  acknowledge: no,
  statuses: no,
  putParcelPart: no,
  parcelPart: no,
  removeParcel: no,
  files: {
    usage: no,
    begin: no,
    record: no,
    putChunks: no,
    runs: new RunLength(),
    chunk: no,
    hashes: no,
    complete: no,
    remove: no,
    setExpiry: no,
    place: no,
    unplace: no,
  },
  sharing: no,
  presence: no,
  choosePresence: no,
  backup: no,
  updateBackup: no,
  turnBackupOff: no,
  backupSegment: no,
  putBackupSegment: no,
};
