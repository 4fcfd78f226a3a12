/** Says whether messages go out now, and how many wait. Silent when all is well. */
import { live, onSocketChange } from './live.ts';
import { engine, onEvent } from './session.ts';

/** A line that is gone for less than this is not worth a word, in milliseconds. */
const PATIENCE_MS = 1500;

/** Keeps `#connection` true. */
export function watchConnection(place: HTMLElement): void {
  let waiting = 0;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let settled = false;

  const draw = () => {
    const sentence = describe(navigator.onLine, live.connected || !settled, waiting);
    if (place.textContent !== sentence) place.textContent = sentence;
    place.hidden = sentence === '';
    place.dataset.state = sentence === '' ? 'online' : navigator.onLine ? 'reconnecting' : 'offline';
  };
  const changed = () => {
    clearTimeout(patience);
    if (live.connected || !navigator.onLine) settled = true;
    else {
      settled = false;
      patience = setTimeout(() => {
        settled = true;
        draw();
      }, PATIENCE_MS);
    }
    draw();
  };

  addEventListener('online', changed);
  addEventListener('offline', changed);
  onSocketChange(changed);
  onEvent((event) => {
    if (event.type !== 'connection') return;
    waiting = event.outbox;
    draw();
  });
  void engine.then(changed);
}

function describe(online: boolean, connected: boolean, waiting: number): string {
  const queue = waiting === 1 ? '1 message waits.' : `${waiting} messages wait.`;
  if (!online)
    return waiting > 0
      ? `You are offline. ${queue}`
      : 'You are offline. You can read and write; it is sent later.';
  if (!connected) return waiting > 0 ? `Reconnecting… ${queue}` : 'Reconnecting…';
  return '';
}
