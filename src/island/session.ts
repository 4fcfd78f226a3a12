/** The engine of this page and what it tells: elements that stand in the HTML before it opens wait for it here. */
import type { Engine, EngineEvent } from '../client/engine-types.ts';

const opened = Promise.withResolvers<Engine>();
const listeners = new Set<(event: EngineEvent) => void>();

/** Resolves when the device's keys are open; never on a page without a session. */
export const engine: Promise<Engine> = opened.promise;

/** Gives the page its engine, once. */
export function provideEngine(value: Engine): void {
  value.subscribe(announce);
  opened.resolve(value);
}

/** Hands an event to everything that draws: from this tab's engine, or from another tab's. */
export function announce(event: EngineEvent): void {
  for (const listener of listeners) listener(event);
}

/** Calls the listener for every event, until the returned function is called. */
export function onEvent(listener: (event: EngineEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
