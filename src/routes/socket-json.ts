/** The socket of the command line and of bots, `sotto.json.v1`: everything pending on connect, then what comes. */
import type { DeviceSession } from '../auth/sessions.ts';
import { fromBase64 } from '../contract/bytes.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { Delivery, ServerFrame } from '../contract/relay.ts';
import { RELEASE } from '../contract/release.ts';
import type { Deps } from '../deps.ts';
import { toErrorBody } from '../http/errors.ts';
import type { HubEvent } from '../realtime/hub.ts';
import { invalid, Refusal } from '../services/refusal.ts';
import { readSeqs } from './relay-input.ts';
import { acceptedFrame, deliveredFrame, envelopeFrame } from './socket-frames.ts';
import { CLOSE, Line, type OpenLines, type Owner, parseFrame } from './socket-line.ts';
import { SocketPresence } from './socket-presence.ts';

/** Bytes of posts that one socket may have on their way to the disk; beyond it, nothing more is read from it. */
const SENDING_HIGH_WATER = 8 * 1024 * 1024;
/** Pushed envelopes whose acknowledgement is awaited, to count the attempt when the socket closes. */
const MAX_PUSHED = 1000;
/** Milliseconds until a store that did not answer is asked again. */
const AGAIN_MS = 2000;

type JsonDeps = Pick<Deps, 'services' | 'limits' | 'clock' | 'log' | 'hub'>;

export class JsonLine extends Line {
  /** The last envelope pushed; nothing at or below it is pushed again on this socket. */
  #cursor = 0;
  /** What happens now goes out at once; otherwise the store is read first. */
  #live = false;
  #replaying = false;
  #missed = false;
  #looking = false;
  #again: ReturnType<typeof setTimeout> | null = null;
  #sending = 0;
  readonly #pushed = new Set<number>();
  readonly #presence: SocketPresence;

  constructor(
    override readonly owner: Owner<DeviceSession>,
    private readonly deps: JsonDeps,
    lines: OpenLines,
  ) {
    super(owner, deps.hub, lines);
    this.#presence = new SocketPresence(owner, deps);
  }

  get #own(): DeviceSession {
    return this.owner.session;
  }

  protected override opened(): void {
    this.#hello();
    void this.#replay();
  }

  override missed(isBack: boolean): void {
    if (isBack) this.#hello();
    this.#wait();
  }

  protected override caughtUp(): void {
    if (!this.#live) void this.#replay();
  }

  protected override ended(): void {
    this.#presence.leave();
    // Those that the closing has made doubtful were handed out once more than the store knows.
    this.deps.services.delivery.unacknowledged(this.#own.device, [...this.#pushed]).catch(() => {});
  }

  protected override happened(event: HubEvent): void {
    switch (event.type) {
      case 'envelope':
        if (this.#live && this.isSlow) this.#live = false;
        if (this.#live) this.#push(event.delivery);
        else this.#missed = true;
        break;
      case 'waiting':
        if (event.seq > this.#cursor) this.#wait();
        break;
      case 'delivered':
        this.send(deliveredFrame(event.id, event.by));
        break;
      case 'expired':
        this.#say({ event: 'expired', id: event.id, device: event.recipient });
        break;
      case 'prekeys':
        this.#say({ event: 'prekeys', remaining: event.remaining });
        break;
      case 'conversation':
        this.#say({ event: 'conversation', id: event.id });
        this.#presence.meet();
        break;
      case 'devices':
        this.#say({ event: 'devices', account: event.changed });
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

  /** From the store, page by page, as fast as the other side reads; live once the store has nothing more. */
  async #replay(): Promise<void> {
    if (this.#replaying) return;
    this.#replaying = true;
    try {
      while (this.isOpen && !this.isSlow) {
        this.#missed = false;
        const { envelopes, more } = await this.deps.services.delivery.pending(this.#own.device, this.#cursor);
        for (const delivery of envelopes) {
          // A look may have pushed it meanwhile.
          if (delivery.seq <= this.#cursor) continue;
          this.#cursor = delivery.seq;
          this.send(envelopeFrame(delivery));
        }
        // One turn, so that the frames are on their way and how much waits is known.
        await Promise.resolve();
        if (more || this.#missed) continue;
        this.#live = true;
        return;
      }
    } catch (error) {
      this.deps.log.error('replay failed', {
        reason: error instanceof Error ? error.message : String(error),
      });
      this.end(CLOSE.failed, 'Something went wrong on the server. Connect again in a moment.');
    } finally {
      this.#replaying = false;
    }
  }

  #hello(): void {
    this.#say({ event: 'hello', release: RELEASE, now: this.deps.clock() });
  }

  /** Something waits in the store. */
  #wait(): void {
    this.#missed = true;
    if (this.#live && this.isSlow) this.#live = false;
    if (this.#live) void this.#look();
  }

  /** One timer, however often it failed. */
  #waitAgain(): void {
    if (this.#again !== null) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#wait();
    }, AGAIN_MS);
    this.#again.unref();
  }

  /** Pushes what waits beyond the cursor. Several commits while it reads are one more look. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      let more = false;
      while (this.isOpen && this.#live && (more || this.#missed)) {
        this.#missed = false;
        const found = await this.deps.services.delivery.waiting(this.#own.device, this.#cursor);
        for (const delivery of found.envelopes) this.#push(delivery);
        more = found.more;
        if (this.isSlow) this.#live = false;
      }
    } catch (error) {
      this.deps.log.debug('look failed', { reason: error instanceof Error ? error.message : String(error) });
      this.#waitAgain();
    } finally {
      this.#looking = false;
    }
    // What came between the last look and its end.
    if (this.isOpen && this.#live && this.#missed) void this.#look();
  }

  #push(delivery: Delivery): void {
    if (delivery.seq <= this.#cursor) return;
    this.#cursor = delivery.seq;
    if (this.#pushed.size < MAX_PUSHED) this.#pushed.add(delivery.seq);
    this.send(envelopeFrame(delivery));
  }

  #say(frame: ServerFrame): void {
    this.send(JSON.stringify(frame));
  }

  protected override received(text: string): void {
    const frame = parseFrame(text);
    if (this.#presence.take(frame)) return;
    const ref = fieldOf(frame, 'ref');
    const known = Number.isSafeInteger(ref) ? Number(ref) : 0;
    try {
      switch (fieldOf(frame, 'do')) {
        case 'send':
          if (ref !== known)
            throw invalid({ ref: ['"ref" is a whole number that comes back in the answer.'] });
          this.#send(known, fieldOf(frame, 'post'));
          break;
        case 'acknowledge':
          this.#acknowledge(readSeqs(fieldOf(frame, 'seqs')));
          break;
        case 'ping':
          this.deps.limits.take('relayAccount', this.#own.account);
          this.#say({ event: 'pong' });
          break;
        default:
          this.deps.limits.take('relayAccount', this.#own.account);
          throw invalid({ do: ['A frame is a JSON object whose "do" is send, acknowledge or ping.'] });
      }
    } catch (error) {
      this.#refuse(known, error);
    }
  }

  #send(ref: number, post: unknown): void {
    const { limits, services } = this.deps;
    limits.takeFrom('sendAddress', this.owner.address);
    limits.take('sendAccount', this.#own.account);
    const bytes = typeof post === 'string' ? decode(post) : null;
    if (!bytes) throw invalid({ post: ['"post" is a message in unpadded base64url.'] });
    this.#sending += bytes.length;
    if (this.#sending > SENDING_HIGH_WATER) this.pause();
    services.delivery.send(this.#own, bytes).then(
      (accepted) => {
        this.#sent(bytes.length);
        this.send(acceptedFrame(ref, accepted));
      },
      (error) => {
        this.#sent(bytes.length);
        this.#refuse(ref, error);
      },
    );
  }

  #sent(bytes: number): void {
    const wasPaused = this.#sending > SENDING_HIGH_WATER;
    this.#sending -= bytes;
    if (wasPaused && this.#sending <= SENDING_HIGH_WATER) this.resume();
  }

  #acknowledge(seqs: readonly number[]): void {
    this.deps.limits.take('relayAccount', this.#own.account);
    for (const seq of seqs) this.#pushed.delete(seq);
    // Not stored means not acknowledged: those envelopes come again with the next connection.
    this.deps.services.delivery.acknowledge(this.#own, seqs).catch((error) => this.#refuse(0, error));
  }

  #refuse(ref: number, error: unknown): void {
    const { status, body } = toErrorBody(error);
    if (status === 500) this.#logUnknown(error);
    if (ref === 0 && error instanceof Refusal && body.error === 'RateLimitExceeded')
      this.end(CLOSE.tryAgainLater, 'Too many frames at once. Connect again in a moment.');
    else this.#say({ event: 'refused', ref, status, error: body satisfies ErrorBody });
  }

  #logUnknown(error: unknown): void {
    this.deps.log.error('frame failed', {
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
}

function decode(text: string): Uint8Array | null {
  try {
    return fromBase64(text);
  } catch {
    return null;
  }
}

/** A property of an object, or undefined for anything else. */
function fieldOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
