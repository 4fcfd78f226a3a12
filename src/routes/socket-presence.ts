/** What a socket says of the person behind it. Too much of it is dropped without a word: nothing depends on it. */
import { isConversationId } from '../contract/ids.ts';
import { may } from '../contract/permissions.ts';
import type { Deps } from '../deps.ts';
import type { Seat } from '../services/presence.ts';
import type { Owner } from './socket-line.ts';

type PresenceDeps = Pick<Deps, 'services' | 'limits' | 'log'>;

export class SocketPresence {
  #seat: Seat | null = null;

  constructor(
    private readonly owner: Owner,
    private readonly deps: PresenceDeps,
  ) {}

  /** Who has said nothing of themselves is told nothing of others. */
  get takesPart(): boolean {
    return this.#seat !== null;
  }

  /** Takes a frame of contract/presence.ts; false for any other. */
  take(frame: unknown): boolean {
    const said = field(frame, 'do');
    if (said === 'presence') this.#say(field(frame, 'state'));
    else if (said === 'typing') this.#typing(field(frame, 'conversation'));
    else return false;
    return true;
  }

  /** There is another conversation, and perhaps other people in it. */
  meet(): void {
    if (this.#seat) this.#run(this.deps.services.presence.meet(this.#seat));
  }

  leave(): void {
    if (this.#seat) this.deps.services.presence.leave(this.#seat);
    this.#seat = null;
  }

  #say(state: unknown): void {
    if ((state !== 'online' && state !== 'away') || !this.#mayTake()) return;
    this.#seat ??= { account: this.owner.session.account, state };
    this.#seat.state = state;
    this.#run(this.deps.services.presence.say(this.#seat));
  }

  #typing(conversation: unknown): void {
    if (typeof conversation !== 'string' || !isConversationId(conversation) || !this.#mayTake()) return;
    this.#run(this.deps.services.presence.typing(this.owner.session.account, conversation));
  }

  #mayTake(): boolean {
    if (!may(this.owner.session.role, 'converse')) return false;
    try {
      this.deps.limits.take('presenceAccount', this.owner.session.account);
      return true;
    } catch {
      return false;
    }
  }

  #run(work: Promise<void>): void {
    work.catch((error) =>
      this.deps.log.error('presence failed', {
        reason: error instanceof Error ? error.message : String(error),
      }),
    );
  }
}

const field = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
