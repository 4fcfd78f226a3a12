/** Prints the messages that no `listen` of this folder has printed yet. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { messageAt } from '../client/history.ts';
import type { BodyId, ConversationId } from '../contract/ids.ts';
import type { Verdict } from './arrivals.ts';
import { happened, knownOf, readKnown, writeKnown } from './changes.ts';
import type { Device } from './device.ts';
import { printHappening, printMessage, wordsOf } from './messages.ts';
import type { Output } from './output.ts';
import { Names } from './people.ts';

export interface Terms {
  /** Messages to print, at most. */
  readonly most: number;
  /** Print what the same person wrote on other devices too. */
  readonly own: boolean;
  /** New words, deletions and reactions count as messages do. */
  readonly changes: boolean;
  /** Tell the senders, encrypted, that what is printed is read. */
  readonly read: boolean;
  /** Saves the files of a message before it is printed; gives what it will say of them, or null to be asked again later. */
  readonly save: ((message: HistoryMessage) => Promise<(() => Promise<void>) | null>) | null;
  readonly enough: () => void;
  readonly failed: (error: unknown) => void;
}

export class Printer {
  printed = 0;
  private readonly names: Names;
  /** Messages that do not open yet, and were told of on standard error. */
  private readonly told = new Set<BodyId>();
  /** Where something was printed just now. */
  private readonly unread = new Set<ConversationId>();
  private running = Promise.resolve();
  private isRunning = false;
  private again = false;
  private writes: number;

  constructor(
    private readonly device: Device,
    private readonly output: Output,
    private readonly terms: Terms,
  ) {
    this.names = new Names(device.engine);
    this.writes = device.home.writes();
  }

  /** Looks now, or once more after the look that is under way. */
  look(): void {
    this.again = true;
    if (!this.isRunning) this.running = this.run();
  }

  /** Looks when another process has written to the folder. */
  lookForOthers(): void {
    const writes = this.device.home.writes();
    if (writes === this.writes) return;
    this.writes = writes;
    this.look();
  }

  async settled(): Promise<void> {
    await this.running;
  }

  private isFull(): boolean {
    return this.printed >= this.terms.most;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    try {
      while (this.again && !this.isFull()) {
        this.again = false;
        let after = 0;
        while (!this.isFull()) {
          const shown = await this.device.home.arrivals.next(after, (key) => this.show(key));
          if (shown === null) break;
          after = shown;
          await this.tellRead();
        }
      }
      if (this.isFull()) this.terms.enough();
    } catch (error) {
      this.terms.failed(error);
    } finally {
      this.isRunning = false;
    }
  }

  private async show(key: string): Promise<Verdict> {
    const { home } = this.device;
    // Another listen may have been printing until now, and the last one that was asked for came before.
    if (this.isFull()) return 'later';
    const message = await messageAt(home.storage, key);
    if (message === null || message.origin !== 'live') return 'drop';
    const isPrinted = home.arrivals.isPrinted(message.id);
    if (isPrinted || message.kind === 'deleted' || !this.isWanted(message))
      return this.showChanges(message, isPrinted);
    if (message.kind === 'unreadable' || message.kind === 'notice') {
      await this.tell(message);
      // What is closed is printed when it opens.
      return message.kind === 'notice' ? 'drop' : 'later';
    }
    const tellSaved = await this.save(message);
    if (tellSaved === null) return 'later';
    await printMessage(this.output, message, await this.names.of(message));
    await tellSaved();
    this.printed++;
    this.unread.add(message.conversation);
    return { printed: message.id, known: writeKnown(knownOf(message)) };
  }

  private async save(message: HistoryMessage): Promise<(() => Promise<void>) | null> {
    return this.terms.save === null || message.files.length === 0 ? async () => {} : this.terms.save(message);
  }

  /** What has happened since: to a message that was printed, and reactions to one's own. */
  private async showChanges(message: HistoryMessage, isPrinted: boolean): Promise<Verdict> {
    const known = this.device.home.arrivals.known(message.id);
    const all = happened(readKnown(known), message);
    if (all.length === 0) return 'drop';
    const self = this.device.engine.self.account;
    for (const each of all) {
      const isShown = each.event === 'reaction' || isPrinted;
      if (!isShown || (each.account === self && !this.terms.own)) continue;
      await printHappening(this.output, message, each, await this.names.byAccount(each.account, message));
      if (this.terms.changes) this.printed++;
    }
    return { told: message.id, known: writeKnown(knownOf(message)) };
  }

  /** After it is kept that the message was printed. */
  private async tellRead(): Promise<void> {
    if (this.terms.read) for (const id of this.unread) await this.device.engine.markRead(id);
    this.unread.clear();
  }

  private isWanted({ mine, sender }: HistoryMessage): boolean {
    return !mine || (this.terms.own && sender.device !== this.device.engine.self.device);
  }

  /** Says once that something is missing or closed. */
  private async tell(message: HistoryMessage): Promise<void> {
    if (this.told.has(message.id)) return;
    this.told.add(message.id);
    // Who came and went stands in the line itself.
    const isLine = message.kind === 'notice' && message.reason === null;
    const who = isLine ? '' : `${await this.names.of(message)}: `;
    await this.output.note(who + wordsOf(message));
  }
}
