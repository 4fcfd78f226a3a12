/** Prints the messages that no `listen` of this folder has printed yet. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { messageAt } from '../client/history.ts';
import type { BodyId } from '../contract/ids.ts';
import type { Arrival, Arrivals } from './arrivals.ts';
import type { Device } from './device.ts';
import { printMessage, wordsOf } from './messages.ts';
import type { Output } from './output.ts';
import { Names } from './people.ts';

export interface Terms {
  /** Messages to print, at most. */
  readonly most: number;
  /** Print what the same person wrote on other devices too. */
  readonly own: boolean;
  /** Tell the senders, encrypted, that what is printed is read. */
  readonly read: boolean;
  readonly enough: () => void;
  readonly failed: (error: unknown) => void;
}

export class Printer {
  printed = 0;
  private readonly names: Names;
  private readonly arrivals: Arrivals;
  /** Messages that do not open yet, and were told of on standard error. */
  private readonly told = new Set<BodyId>();
  private running: Promise<void> | null = null;
  private again = false;
  private writes: number;

  constructor(
    private readonly device: Device,
    private readonly output: Output,
    private readonly terms: Terms,
  ) {
    this.names = new Names(device.engine);
    this.arrivals = device.home.arrivals();
    this.writes = device.home.writes();
  }

  /** Looks now, or once more after the look that is under way. */
  look(): void {
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
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
    try {
      while (this.again && !this.isFull()) {
        this.again = false;
        let after = 0;
        while (!this.isFull()) {
          const arrival = this.arrivals.claim(after);
          if (arrival === null) break;
          after = arrival.seq;
          await this.take(arrival);
        }
      }
      if (this.isFull()) this.terms.enough();
    } catch (error) {
      this.terms.failed(error);
    }
  }

  private async take(arrival: Arrival): Promise<void> {
    const { arrivals, device } = this;
    const message = await messageAt(device.home.storage, arrival.key);
    if (message === null || !this.isWanted(message) || arrivals.isPrinted(message.id)) {
      arrivals.drop(arrival);
    } else if (message.kind === 'unreadable') {
      // It is printed when it opens.
      await this.tell(message);
      arrivals.putBack(arrival);
    } else if (message.kind === 'notice') {
      await this.tell(message);
      arrivals.drop(arrival);
    } else {
      await printMessage(this.output, message, await this.names.of(message));
      arrivals.finish(arrival, message.id);
      this.printed++;
      if (this.terms.read) await device.engine.markRead(message.conversation);
    }
  }

  private isWanted({ mine, sender }: HistoryMessage): boolean {
    return !mine || (this.terms.own && sender.device !== this.device.engine.self.device);
  }

  /** Says once that something is missing or closed. */
  private async tell(message: HistoryMessage): Promise<void> {
    if (this.told.has(message.id)) return;
    this.told.add(message.id);
    await this.output.note(`${await this.names.of(message)}: ${wordsOf(message)}`);
  }
}
