/** What one decides about a conversation: the timer, and how long files stay, for everybody; notifications and whether it is put away for oneself. */
import type { ConversationView, Engine } from '../../client/engine-types.ts';
import { FILE_DAYS_CHOICES } from '../../client/files/file-days.ts';
import { timerWords } from '../../client/messages/timer.ts';
import { TIMER_CHOICES } from '../../client/messages/types.ts';
import { plural, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { showProblem } from '../problem.ts';

export class Settings {
  readonly #timer: HTMLSelectElement | null;
  readonly #fileDays: HTMLSelectElement | null;
  readonly #notify: HTMLSelectElement | null;
  readonly #archive: HTMLButtonElement | null;
  readonly #client: Engine;
  #view: ConversationView | null = null;

  constructor(place: HTMLElement, client: Engine) {
    this.#client = client;
    this.#timer = place.querySelector('select[data-timer-choice]');
    this.#fileDays = place.querySelector('select[data-file-days-choice]');
    this.#notify = place.querySelector('select[data-notify-choice]');
    this.#archive = place.querySelector('button[data-archive]');
    this.#timer?.addEventListener('change', () =>
      this.#change((view) => client.setTimer(view.id, Number(this.#timer?.value))),
    );
    this.#fileDays?.addEventListener('change', () =>
      this.#change((view) => client.setFileDays(view.id, Number(this.#fileDays?.value))),
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
      drawTimes(this.#timer, TIMER_CHOICES, view.timer, (seconds) =>
        seconds === 0 ? t('Never') : t('After {time}', { time: timerWords(seconds) }),
      );
      this.#timer.disabled = !mayTime(view);
    }
    if (this.#fileDays) {
      drawTimes(this.#fileDays, FILE_DAYS_CHOICES, view.fileDays, (days) =>
        days === 0 ? t('As the workspace has it') : plural(days, '{n} day', '{n} days'),
      );
      this.#fileDays.disabled = !mayTime(view);
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
function drawTimes(
  select: HTMLSelectElement,
  usual: readonly number[],
  now: number,
  wordsOf: (time: number) => string,
): void {
  const times = [...new Set([...usual, now])].sort((a, b) => a - b);
  if (select.options.length !== times.length || !select.querySelector(`[value="${now}"]`))
    select.replaceChildren(...times.map((time) => draw('option', { value: String(time) }, wordsOf(time))));
  select.value = String(now);
}

/** In a group only owners and admins decide for everybody. */
function mayTime({ kind, role, writable }: ConversationView): boolean {
  return writable && (kind === 'direct' || role === 'owner' || role === 'admin');
}

function notifyOf(value: string): ConversationView['notify'] {
  return value === 'mentions' || value === 'none' ? value : 'all';
}
