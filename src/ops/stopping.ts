/**
 * How far the server is with its end: `draining`, others take over and everything is still answered; `begun`, it answers no more. Whoever has
 * something to say goodbye to asks to be told.
 */
export interface Stopping {
  /** /readyz says no, and no socket is opened any more. */
  readonly draining: boolean;
  readonly begun: boolean;
  /** Runs when sockets are to go elsewhere; at once when they are. */
  onLeave(act: () => void): void;
  drain(): void;
  /** Sends sockets elsewhere. */
  leave(): void;
  /** All of it. */
  begin(): void;
}

export function createStopping(): Stopping {
  const acts: (() => void)[] = [];
  let draining = false;
  let left = false;
  let begun = false;
  const stopping: Stopping = {
    get draining() {
      return draining;
    },
    get begun() {
      return begun;
    },
    onLeave(act) {
      if (left) act();
      else acts.push(act);
    },
    drain() {
      draining = true;
    },
    leave() {
      draining = true;
      left = true;
      for (const act of acts.splice(0)) act();
    },
    begin() {
      begun = true;
      stopping.leave();
    },
  };
  return stopping;
}
