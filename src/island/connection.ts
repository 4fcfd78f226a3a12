/** Says whether messages go out now, how many wait, and for what. Silent when all is well. */
import { plural, t } from '../contract/words.ts';
import { live, onSocketChange, reconnect } from './live.ts';
import { loadReach } from './part.ts';
import type { Reach } from './reach/main.ts';
import { engine, onEvent } from './session.ts';

/** A line that is gone for less than this is not worth a word, in milliseconds. */
const PATIENCE_MS = 1500;
/** While it stays away, who answers in its place is asked again after so long. */
const ASK_AGAIN_MS = 15_000;

type State = 'online' | 'offline' | 'reconnecting' | 'portal' | 'silent';

/** Keeps `#connection` true. */
export function watchConnection(place: HTMLElement): void {
  const words = document.createElement('span');
  const again = document.createElement('button');
  again.type = 'button';
  let waiting = 0;
  let reach: Reach = 'server';
  let patience: ReturnType<typeof setTimeout> | undefined;
  let settled = false;

  const stateNow = (): State => {
    if (!navigator.onLine) return 'offline';
    if (live.connected || !settled) return 'online';
    return reach === 'portal' ? 'portal' : reach === 'nobody' ? 'silent' : 'reconnecting';
  };
  const draw = () => {
    const state = stateNow();
    const sentence = describe(state, waiting);
    if (words.textContent !== sentence) words.textContent = sentence;
    again.textContent = t('Try now');
    again.hidden = state === 'reconnecting';
    if (sentence === '') place.replaceChildren();
    else if (!place.hasChildNodes()) place.append(words, again);
    place.hidden = sentence === '';
    place.dataset.state = state;
  };
  const ask = async () => {
    reach = await loadReach()
      .then(({ askAround }) => askAround())
      .catch(() => 'nobody' as const);
    clearTimeout(patience);
    settled = !live.connected;
    patience = settled && navigator.onLine ? setTimeout(ask, ASK_AGAIN_MS) : undefined;
    draw();
  };
  const changed = () => {
    // Each attempt that fails is a change too: only a line that opens, or a network that goes, begins anew.
    if (live.connected || !navigator.onLine) {
      clearTimeout(patience);
      patience = undefined;
      settled = false;
    } else patience ??= setTimeout(ask, PATIENCE_MS);
    draw();
  };
  again.addEventListener('click', () => {
    reconnect();
    void engine.then((client) => client.sync()).catch(() => {});
    if (navigator.onLine) void ask();
  });

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

function describe(state: State, waiting: number): string {
  const queue = waiting === 0 ? '' : plural(waiting, '{n} message waits.', '{n} messages wait.');
  switch (state) {
    case 'online':
      return '';
    case 'offline':
      return waiting === 0
        ? t('You are offline. You can read and write; it is sent later.')
        : `${t('You are offline.')} ${queue}`;
    case 'reconnecting':
      return `${t('Reconnecting…')} ${queue}`.trim();
    case 'portal':
      return `${t('This network asks for a sign-in first: open another website, sign in there and come back.')} ${queue}`.trim();
    case 'silent':
      return `${t('The server does not answer, or this network stands in its way.')} ${queue}`.trim();
  }
}
