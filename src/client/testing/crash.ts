/**
 * Pulls the plug at the n-th step of a device: before or after a commit, before a request or after its answer. Reads and
 * the lock are no steps: they leave nothing behind, so dying there is dying after the step before.
 */
import { decodePost } from '../../contract/post.ts';
import { parseEnvelope } from '../../protocol/envelope.ts';
import { type MemoryDisk, MemoryStorage } from '../memory-storage.ts';
import type { FakeRelay } from './relay.ts';

class Crashed extends Error {
  override readonly name = 'Crashed';
}

export class Plug {
  /** Steps so far. */
  steps = 0;
  dead = false;

  /** @param at the step, from 1, at which everything ends */
  constructor(private readonly at: number) {}

  step(): void {
    if (this.dead || ++this.steps === this.at) {
      this.dead = true;
      throw new Crashed('The plug was pulled.');
    }
  }

  storage(disk: MemoryDisk): MemoryStorage {
    return new MemoryStorage(disk, {
      beforeCommit: () => this.step(),
      afterCommit: () => this.step(),
      beforeRead: () => {
        if (this.dead) throw new Crashed('The plug was pulled.');
      },
    });
  }

  /** Every request and answer of this device is a step. Gives what takes the wires off again. */
  wire(relay: FakeRelay, device: string): () => void {
    relay.knobs.request = (_, from) => {
      if (from === device) this.step();
    };
    relay.knobs.answer = (_, from) => {
      if (from === device) this.step();
    };
    return () => {
      relay.knobs.request = () => {};
      relay.knobs.answer = () => {};
    };
  }
}

/**
 * Whether any two different envelopes that ever left a device stand at the same step of the same ratchet: (sid, dh, n)
 * [R28]. Gives the steps that were used twice.
 */
export function reusedSteps(relay: FakeRelay): readonly string[] {
  const seen = new Map<string, string>();
  const reused: string[] = [];
  for (const bytes of relay.attempts) {
    for (const envelope of decodePost(bytes)?.envelopes ?? []) {
      const { sid, dh, n } = parseEnvelope(envelope).header;
      const step = `${sid.toHex()} ${dh.toHex()} ${n}`;
      const before = seen.get(step);
      if (before !== undefined && before !== envelope.toHex()) reused.push(step);
      seen.set(step, envelope.toHex());
    }
  }
  return reused;
}
