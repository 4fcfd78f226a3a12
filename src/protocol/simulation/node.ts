/**
 * The least client that keeps the rules of protocol/README 4 to 6: one device that knows one other. Its store holds
 * bytes only; every operation works on a copy and either commits it whole or, in a crash, not at all.
 */
import { parseEnvelope } from '../envelope.ts';
import { type ErrorCode, ProtocolError } from '../errors.ts';
import { replayRecord, settleSessions } from '../handshake.ts';
import { type OpenedMessage, openFirstMessage, openMessage } from '../open.ts';
import { kxPayload } from '../payload.ts';
import { kxDue, makeKx, takeKx } from '../pq-epoch.ts';
import {
  decodeSession,
  encodeSession,
  keptArchives,
  type PeerBundle,
  remindPeer,
  type Session,
  staleness,
  startSession,
} from '../session.ts';
import { bundleOf, type Device, prekeysFor, sendKx, sendText, textOf, type Wire } from './device.ts';

export interface Parcel extends Wire {
  /** Body id in hexadecimal. */
  readonly id: string;
  readonly from: Device;
  readonly sentAt: number;
  /** Null for kx. */
  readonly text: string | null;
  readonly sid: string;
  readonly dh: string;
}

/** What a device has on its disk. */
interface Store {
  readonly sessions: ReadonlyMap<string, Uint8Array>;
  readonly sending: string | null;
  readonly replays: ReadonlySet<string>;
  readonly spentKeys: ReadonlySet<number>;
  /** Text by body id of what was opened. */
  readonly opened: ReadonlyMap<string, string>;
  readonly seq: number;
}
const EMPTY: Store = {
  sessions: new Map(),
  sending: null,
  replays: new Set(),
  spentKeys: new Set(),
  opened: new Map(),
  seq: 0,
};

export class Node {
  store: Store = EMPTY;
  /** The relay's count of one-time keys handed out: a crash here does not bring one back. */
  #handedOut = 0;

  constructor(
    readonly device: Device,
    readonly clock: () => number,
  ) {}

  /** The bundle that the relay hands out next: a one-time key while there is one. */
  claim(): PeerBundle {
    return bundleOf(this.device, this.device.oneTime[this.#handedOut++]?.bundle ?? null);
  }

  /** The session it sends on. */
  sending(): Session | null {
    return stored(this.store, this.store.sending);
  }

  /** Seals a text, after a new session where one is due. Null for a crash before the commit. */
  async send(to: Node, text: string, crash: boolean): Promise<Parcel | null> {
    let session = this.sending();
    let store = this.store;
    const age = session === null ? 'renew' : staleness(session, this.clock());
    if (session === null || age !== 'fresh') {
      // A device that everybody gave up on, and whose prekeys are new again, is back.
      const unansweredSince = session?.init && age === 'renew' ? session.unansweredSince : null;
      const next = await startSession(this.device.crypto, this.device.self, to.claim(), {
        suite: 2,
        replaces: session,
        unansweredSince,
      });
      store = this.#settle(store, session, next, () => ({ sending: next, receiveOnly: session }));
      session = next;
    }
    const seq = store.seq + 1;
    const wire = await sendText(this.device, session, text, seq);
    if (crash) return null;
    this.store = { ...put(store, wire.session), seq };
    return this.#parcel(wire, text);
  }

  /** The kx that is due by itself, when it may not wait. */
  async sendDue(): Promise<Parcel | null> {
    const session = this.sending();
    if (session === null || kxDue(session, this.clock()) === null) return null;
    const made = await makeKx(this.device.crypto, session);
    const wire = await sendKx(this.device, made.session, made.payload);
    this.store = put(this.store, wire.session);
    return this.#parcel(wire, null);
  }

  /** Takes a parcel: what became of it. A crash happens after opening, before the commit. */
  async take(parcel: Parcel, crash: boolean): Promise<'opened' | 'crashed' | ErrorCode> {
    try {
      const store = await this.#open(parcel);
      if (crash) return 'crashed';
      this.store = store;
      return 'opened';
    } catch (error) {
      if (error instanceof ProtocolError) return error.code;
      throw error;
    }
  }

  async #open(parcel: Parcel): Promise<Store> {
    const { crypto, self } = this.device;
    const { known: peer } = parcel.from;
    const envelope = parseEnvelope(parcel.envelope);
    const message = { envelope, body: parcel.body, peer };
    const session = stored(this.store, envelope.header.sid.toHex());
    if (session !== null)
      return this.#opened(this.store, parcel, await openMessage(crypto, { ...message, session }));
    if (envelope.init === null) throw new ProtocolError('E_AUTH', 'no such session');
    const { key } = replayRecord(envelope);
    const prekeys = prekeysFor(this.device, envelope.init.oneTimeId);
    const replayed = this.store.replays.has(key);
    const { oneTimeId } = envelope.init;
    if (!replayed && oneTimeId !== null && this.store.spentKeys.has(oneTimeId))
      throw new ProtocolError('E_AUTH', 'the one-time key is spent');
    const opened = await openFirstMessage(crypto, { ...message, self, prekeys, replayed });
    const settled = this.#settle(this.store, this.sending(), opened.session);
    return this.#opened(
      {
        ...settled,
        replays: new Set([...settled.replays, opened.replay.key]),
        spentKeys: oneTimeId === null ? settled.spentKeys : new Set([...settled.spentKeys, oneTimeId]),
      },
      parcel,
      { ...opened, session: stored(settled, envelope.header.sid.toHex()) ?? opened.session },
    );
  }

  async #opened(store: Store, parcel: Parcel, opened: OpenedMessage): Promise<Store> {
    const kx = opened.content.kind === 'kx';
    const session = kx
      ? await takeKx(this.device.crypto, opened.session, kxPayload.decode(opened.content.payload))
      : opened.session;
    if (store.opened.has(parcel.id)) throw new Error(`${parcel.id} opened twice`);
    const text = kx ? '' : textOf(opened);
    const current = stored(store, store.sending);
    const reminded =
      session.archivedAt !== null && current !== null ? put(store, remindPeer(current, this.clock())) : store;
    return { ...put(reminded, session), opened: new Map([...store.opened, [parcel.id, text]]) };
  }

  #settle(store: Store, current: Session | null, incoming: Session, choose = settleSessions): Store {
    const now = this.clock();
    const { sending, receiveOnly } = choose(current, incoming, now);
    const archived = [...store.sessions.values()]
      .map(decodeSession)
      .filter(({ archivedAt }) => archivedAt !== null);
    if (receiveOnly !== null) archived.push({ ...receiveOnly, archivedAt: receiveOnly.archivedAt ?? now });
    const all = [sending, ...keptArchives(archived, now)];
    const sessions = new Map(all.map((session) => [session.sid.toHex(), encodeSession(session)]));
    return { ...store, sessions, sending: sending.sid.toHex() };
  }

  #parcel(wire: Wire, text: string | null): Parcel {
    const { header } = parseEnvelope(wire.envelope);
    return {
      envelope: wire.envelope,
      body: wire.body,
      id: header.bodyId.toHex(),
      from: this.device,
      sentAt: this.clock(),
      text,
      sid: header.sid.toHex(),
      dh: header.dh.toHex(),
    };
  }
}

/** A session of the store. */
function stored(store: Store, sid: string | null): Session | null {
  const bytes = sid === null ? undefined : store.sessions.get(sid);
  return bytes === undefined ? null : decodeSession(bytes);
}

const put = (store: Store, session: Session): Store => ({
  ...store,
  sessions: new Map([...store.sessions, [session.sid.toHex(), encodeSession(session)]]),
});
