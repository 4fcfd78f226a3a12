/** What one decides about a conversation: the timer for everybody; notifications and whether it is put away for oneself. */
import type { ConversationView, Engine } from '../../client/engine-types.ts';
import { timerWords } from '../../client/messages/timer.ts';
import { TIMER_CHOICES } from '../../client/messages/types.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { showProblem } from '../problem.ts';

export class Settings {
  readonly #timer: HTMLSelectElement | null;
  readonly #notify: HTMLSelectElement | null;
  readonly #archive: HTMLButtonElement | null;
  readonly #client: Engine;
  #view: ConversationView | null = null;

  constructor(place: HTMLElement, client: Engine) {
    this.#client = client;
    this.#timer = place.querySelector('select[data-timer-choice]');
    this.#notify = place.querySelector('select[data-notify-choice]');
    this.#archive = place.querySelector('button[data-archive]');
    this.#timer?.addEventListener('change', () =>
      this.#change((view) => client.setTimer(view.id, Number(this.#timer?.value))),
    );
    this.#notify?.addEventListener('change', () =>
      this.#change((view) => client.setNotify(view.id, notifyOf(this.#notify?.value ?? ''))),
    );
    this.#archive?.addEventListener('click', () =>
      this.#change((view) => client.setArchived(view.id, !view.archived)),
    );
    for (const waiting of place.querySelectorAll('[data-waiting]')) waiting.removeAttribute('data-waiting');
  }

  show(view: ConversationView): void {
    this.#view = view;
    if (this.#timer) {
      drawTimes(this.#timer, view.timer);
      this.#timer.value = String(view.timer);
      this.#timer.disabled = !mayTime(view);
    }
    if (this.#notify) this.#notify.value = view.notify;
    if (this.#archive)
      this.#archive.textContent = view.archived ? t('Take out of the archive') : t('Archive');
  }

  /** What could not be changed shows what it was. */
  #change(act: (view: ConversationView) => Promise<void>): void {
    const view = this.#view;
    if (!view) return;
    void act(view)
      .catch(showProblem)
      .then(async () => {
        const now = (await this.#client.conversations()).find(({ id }) => id === view.id);
        this.show(now ?? view);
      });
  }
}

/** The usual times, and the one that stands when it is another. */
function drawTimes(select: HTMLSelectElement, now: number): void {
  const times = [...new Set([...TIMER_CHOICES, now])].sort((a, b) => a - b);
  if (select.options.length === times.length && select.querySelector(`[value="${now}"]`)) return;
  select.replaceChildren(
    ...times.map((seconds) =>
      draw(
        'option',
        { value: String(seconds) },
        seconds === 0 ? t('Never') : t('After {time}', { time: timerWords(seconds) }),
      ),
    ),
  );
}

/** In a group only owners and admins decide for everybody. */
function mayTime({ kind, role, writable }: ConversationView): boolean {
  return writable && (kind === 'direct' || role === 'owner' || role === 'admin');
}

function notifyOf(value: string): ConversationView['notify'] {
  return value === 'mentions' || value === 'none' ? value : 'all';
}
