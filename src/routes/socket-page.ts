/**
 * The socket of a browser's page (htmx `hx-ws`): ciphertext arrives as the fragment that the page shows, everything else
 * as data. The island fetches what is pending by itself after each `hello`.
 */

import { ConversationRow } from '../../views/parts/conversation-row.tsx';
import { Message, messageOf } from '../../views/parts/message.tsx';
import { NewPlaceNotice } from '../../views/parts/new-place.tsx';
import type { AccountId, ConversationId } from '../contract/ids.ts';
import { may } from '../contract/permissions.ts';
import type { Delivery, ServerFrame } from '../contract/relay.ts';
import { RELEASE } from '../contract/release.ts';
import { speak, t } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import { networkOf } from '../http/address.ts';
import type { Speech } from '../http/language.ts';
import type { HubEvent } from '../realtime/hub.ts';
import { isNotes, peerOf, titleOf } from './pages-frame.ts';
import { CLOSE, Line, type OpenLines, type Owner, parseFrame } from './socket-line.ts';
import { SocketPresence } from './socket-presence.ts';

type PageDeps = Pick<Deps, 'services' | 'limits' | 'clock' | 'log' | 'hub'>;

/** Milliseconds until a store that did not answer is asked again. */
const AGAIN_MS = 2000;

/** Looks up what a person is called, null for somebody who left; from a memory of seconds. */
export type NameOf = (account: AccountId) => Promise<string | null>;

export class PageLine extends Line {
  /** Fragments leave in the order in which things happened, however long a look-up takes. */
  #last: Promise<void> = Promise.resolve();
  #lagging = false;
  /** Everything up to this number was pushed, or is fetched by the page after its hello; null before the first one. */
  #cursor: number | null = null;
  /** Up to where the store is looked at next; null: that is not planned. */
  #wanted: number | null = null;
  #again: ReturnType<typeof setTimeout> | null = null;
  readonly #presence: SocketPresence;

  constructor(
    owner: Owner,
    private readonly nameOf: NameOf,
    private readonly deps: PageDeps,
    /** The language that the page was opened in. */
    private readonly speech: Speech,
    lines: OpenLines,
  ) {
    super(owner, deps.hub, lines);
    this.#presence = new SocketPresence(owner, deps);
  }

  protected override opened(): void {
    this.#hello();
  }

  protected override caughtUp(): void {
    if (!this.#lagging) return;
    this.#lagging = false;
    this.#hello();
  }

  protected override ended(): void {
    this.#presence.leave();
  }

  override missed(isBack: boolean): void {
    if (isBack) this.#hello();
    else this.#wait(Number.POSITIVE_INFINITY);
  }

  protected override received(frame: string): void {
    if (!this.#presence.take(parseFrame(frame))) this.end(CLOSE.policy, 'This socket takes no messages.');
  }

  protected override happened(event: HubEvent): void {
    if (!may(this.owner.session.role, 'converse')) return;
    switch (event.type) {
      case 'envelope':
        // Dropped, not kept: after the next hello the island fetches what it missed.
        if (this.isSlow) this.#lagging = true;
        else this.#next(() => this.#envelope(event.delivery));
        break;
      case 'waiting':
        this.#wait(event.seq);
        break;
      case 'conversation':
        this.#next(() => this.#conversation(event.id));
        this.#presence.meet();
        break;
      case 'delivered':
        this.#say({ event: 'delivered', id: event.id, account: event.by.account, device: event.by.device });
        break;
      case 'expired':
        this.#say({ event: 'expired', id: event.id, device: event.recipient });
        break;
      case 'prekeys':
        this.#say({ event: 'prekeys', remaining: event.remaining });
        break;
      case 'devices':
        this.#say({ event: 'devices', account: event.changed });
        break;
      case 'new-place':
        this.#next(() => this.#newPlace(event.id));
        break;
      case 'presence':
        if (this.#presence.takesPart) this.#say({ event: 'presence', people: event.people });
        break;
      case 'typing':
        if (this.#presence.takesPart && !this.isSlow)
          this.#say({ event: 'typing', conversation: event.conversation, account: event.by });
        break;
    }
  }

  #hello(): void {
    this.#next(async () => {
      try {
        // First: what is stored from now on is pushed, and what was stored before is fetched by the page.
        this.#cursor = await this.deps.services.delivery.newest();
        this.send(
          JSON.stringify({ event: 'hello', release: RELEASE, now: this.deps.clock() } satisfies ServerFrame),
        );
      } catch (error) {
        this.end(CLOSE.failed, 'Something went wrong on the server. Connect again in a moment.');
        throw error;
      }
    });
  }

  /** One look, however many ask before it begins. */
  #wait(seq: number): void {
    if (this.isSlow) this.#lagging = true;
    else {
      const isPlanned = this.#wanted !== null;
      this.#wanted = Math.max(seq, this.#wanted ?? 0);
      if (!isPlanned) this.#next(() => this.#lookWanted());
    }
  }

  async #lookWanted(): Promise<void> {
    const seq = this.#wanted ?? 0;
    this.#wanted = null;
    try {
      await this.#look(seq);
    } catch (error) {
      this.#waitAgain();
      throw error;
    }
  }

  /** One timer, however often it failed. */
  #waitAgain(): void {
    if (this.#again !== null) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#wait(Number.POSITIVE_INFINITY);
    }, AGAIN_MS);
    this.#again.unref();
  }

  /** Pushes what waits beyond the cursor, unless another look has been as far as `seq`. */
  async #look(seq: number): Promise<void> {
    const { device } = this.owner.session;
    let more = true;
    while (more && this.isOpen && device !== null && this.#cursor !== null && seq > this.#cursor) {
      const found = await this.deps.services.delivery.waiting(device, this.#cursor);
      more = found.more;
      for (const delivery of found.envelopes) {
        if (this.isSlow) {
          this.#lagging = true;
          return;
        }
        await this.#envelope(delivery);
        this.#cursor = delivery.seq;
      }
    }
  }

  /** Whoever signed in from there is not told. */
  async #newPlace(id: string): Promise<void> {
    const { session, address } = this.owner;
    const told = await this.deps.services.places.toldTo(session, {
      address,
      agent: '',
      network: networkOf(address),
    });
    const place = told.find((each) => each.id === id);
    if (place) this.#insert(() => NewPlaceNotice(place), '#places');
  }

  async #envelope(delivery: Delivery): Promise<void> {
    const author = await this.nameOf(delivery.sender.account);
    this.#insert(() => Message(messageOf(delivery, author ?? t('Somebody who left'))));
  }

  async #conversation(id: ConversationId): Promise<void> {
    const { account } = this.owner.session;
    const record = await this.deps.services.conversations.find(account, id);
    const peer = peerOf(record, account);
    const known = peer === null ? null : await this.nameOf(peer);
    this.#insert(() => {
      const name = peer === null ? titleOf(record) : (known ?? t('Somebody who left'));
      const { lastActivity } = record;
      return ConversationRow({ conversation: id, peer, isNotes: isNotes(record), name, lastActivity });
    });
    this.#say({ event: 'conversation', id });
  }

  #insert(draw: () => JSX.Element, target = '#inbox'): void {
    const content = String(speak(this.speech.locale, this.speech.words, draw));
    this.send(JSON.stringify({ content, target, swap: 'beforeend' }));
  }

  #say(frame: ServerFrame): void {
    this.#next(() => this.send(JSON.stringify(frame)));
  }

  #next(step: () => void | Promise<void>): void {
    this.#last = this.#last.then(step).catch((error) => {
      this.deps.log.error('fragment failed', {
        reason: error instanceof Error ? error.message : String(error),
      });
    });
  }
}
