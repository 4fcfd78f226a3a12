/** `[data-history]` in the settings: what is saved of one's history, and the choice about it. */

import type { BackupView } from '../../client/backup/types.ts';
import { Single } from '../../client/single.ts';
import { locale, plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { button, carefulButton } from '../groups/draw.ts';
import { engine, onEvent } from '../session.ts';
import { momentOf } from '../times.ts';

const MEGABYTE = 1_000_000;

/** Fills `[data-history-body]` and keeps it. */
export async function openHistory(place: HTMLElement): Promise<void> {
  const body = place.querySelector<HTMLElement>('[data-history-body]');
  if (!body) return;
  const client = await engine;
  const problem = draw('p', { class: 'error', role: 'alert' });
  /** What the person began and what it came to; drawn anew, a button would lose the focus. */
  let busy = false;
  let drawn = '';
  const act = (work: () => Promise<void>) => async () => {
    busy = true;
    problem.textContent = '';
    await work().catch((error: unknown) => {
      problem.textContent = error instanceof Error ? error.message : String(error);
    });
    busy = false;
    drawn = '';
    await looks.run();
    // The button that was pressed is another one now.
    body.querySelector('button')?.focus();
  };
  const show = async () => {
    const view = await client.backup();
    // A question that waits for its answer stays where it is.
    const now = `${view.state} ${view.problem}`;
    if (busy || now === drawn) return body.querySelector('[data-history-facts]')?.replaceWith(facts(view));
    drawn = now;
    body.replaceChildren(
      draw('p', {}, stateOf(view)),
      facts(view),
      ...(view.problem === null ? [] : [draw('p', { class: 'error' }, view.problem)]),
      problem,
      draw(
        'div',
        { class: 'buttons' },
        ...buttonsOf(view, {
          now: act(() => client.backUpNow()),
          on: act(() => client.setBackup(true)),
          off: act(() => client.setBackup(false)),
        }),
      ),
    );
    place.hidden = false;
  };
  const looks = new Single(show);
  const end = onEvent(({ type }) => {
    if (!place.isConnected) end();
    else if (type === 'backup') void looks.run();
  });
  await looks.run();
}

function stateOf({ state }: BackupView): string {
  if (state === 'no-key')
    return t(
      'This browser has no key for it yet: sign out and in again, and it gets one. Nothing that is here is lost by that.',
    );
  if (state === 'off') return t('Off. A new device of yours begins without history.');
  if (state === 'stopped') return t('Stopped, because what the server gave cannot be right.');
  return t('On. A new device of yours has your history as soon as it is unlocked.');
}

function facts(view: BackupView): HTMLElement {
  const list = draw('dl', { class: 'facts', 'data-history-facts': '' });
  if (view.state === 'off' || view.state === 'no-key') return list;
  const fact = (name: string, value: string) => list.append(draw('dt', {}, name), draw('dd', {}, value));
  const { messages, waiting, restoring, savedAt, bytes, limit } = view;
  fact(t('Last saved'), savedAt === null ? t('not yet') : momentOf(savedAt));
  fact(t('Saved'), plural(messages, '{n} message', '{n} messages'));
  if (waiting > 0) fact(t('Still to save'), plural(waiting, '{n} message', '{n} messages'));
  if (restoring !== null)
    fact(t('Arriving here'), t('{done} of {total}', { done: restoring.done, total: restoring.total }));
  fact(
    t('Space on the server'),
    t('{used} of {most} MB', { used: inMegabytes(bytes), most: inMegabytes(limit) }),
  );
  return list;
}

const inMegabytes = (bytes: number): string =>
  (bytes / MEGABYTE).toLocaleString(locale(), { maximumFractionDigits: bytes < 10 * MEGABYTE ? 1 : 0 });

interface Doings {
  readonly now: () => Promise<void>;
  readonly on: () => Promise<void>;
  readonly off: () => Promise<void>;
}

function buttonsOf({ state }: BackupView, { now, on, off }: Doings): readonly HTMLElement[] {
  if (state === 'no-key') return [];
  if (state === 'off') return [button(t('Save my history'), 'button small', () => on())];
  const stop = carefulButton(
    t('Stop saving'),
    t('This deletes what is saved, for all of your devices. What is on them stays.'),
    off,
  );
  if (state === 'on') return [button(t('Back up now'), 'button small', () => now()), stop];
  const again = carefulButton(
    t('Save everything again'),
    t('What is on this device takes the place of what the server has.'),
    on,
  );
  return [again, stop];
}
