/** Times of quiet in the settings: until a time, and every day between two. They are the same on all of one's devices. */
import type { Engine } from '../../client/engine-types.ts';
import type { Quiet } from '../../contract/quiet.ts';
import { locale, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { shareQuiet } from './quiet.ts';

const HOUR_MS = 3600_000;
/** When a morning begins, and a night that nobody has chosen yet; hours of the day. */
const MORNING = 8;
const NIGHT = { from: 22 * 60, to: 7 * 60 };

export async function drawQuiet(client: Engine): Promise<HTMLElement> {
  let quiet = await client.quiet();
  const box = draw('fieldset', { class: 'choices' }, draw('legend', {}, t('Do not disturb')));
  const problem = draw('p', { class: 'error', role: 'alert' });
  const keep = async (next: Quiet) => {
    problem.textContent = '';
    try {
      await client.setQuiet(next);
      await shareQuiet(next);
      quiet = next;
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
    }
    show();
  };

  const pause = draw('p', { class: 'hint' });
  const buttons = draw('div', { class: 'buttons' });
  const isDaily = draw('input', { type: 'checkbox' });
  const from = draw('input', { type: 'time', 'aria-label': t('Quiet from') });
  const to = draw('input', { type: 'time', 'aria-label': t('Quiet until') });
  const times = draw('div', { class: 'quiet-times' }, from, ' – ', to);
  const show = () => {
    const isPaused = Date.now() < quiet.until;
    pause.hidden = !isPaused;
    pause.textContent = isPaused
      ? t('Nothing disturbs you until {time}.', { time: timeOf(quiet.until) })
      : '';
    buttons.replaceChildren(
      ...(isPaused
        ? [action(t('Let messages through again'), () => keep({ ...quiet, until: 0 }))]
        : [
            action(t('For 1 hour'), () => keep({ ...quiet, until: Date.now() + HOUR_MS })),
            action(t('Until tomorrow morning'), () => keep({ ...quiet, until: tomorrow() })),
          ]),
    );
    isDaily.checked = quiet.daily !== null;
    times.hidden = quiet.daily === null;
    from.value = clockOf(quiet.daily?.from ?? NIGHT.from);
    to.value = clockOf(quiet.daily?.to ?? NIGHT.to);
  };
  isDaily.addEventListener('change', () => void keep({ ...quiet, daily: isDaily.checked ? NIGHT : null }));
  for (const input of [from, to])
    input.addEventListener('change', () => {
      const daily = { from: minuteOf(from.value), to: minuteOf(to.value) };
      if (!Number.isNaN(daily.from + daily.to)) void keep({ ...quiet, daily });
    });
  box.append(
    pause,
    buttons,
    draw('label', { class: 'check' }, isDaily, draw('span', {}, t('Every day between these hours'))),
    times,
    problem,
  );
  show();
  return box;
}

function action(words: string, act: () => Promise<void>): HTMLElement {
  const button = draw('button', { type: 'button', class: 'button small' }, words);
  button.addEventListener('click', () => void act());
  return button;
}

function tomorrow(): number {
  const morning = new Date();
  morning.setDate(morning.getDate() + (morning.getHours() < MORNING ? 0 : 1));
  morning.setHours(MORNING, 0, 0, 0);
  return morning.getTime();
}

const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(locale(), { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(at);
/** 1320 -> 22:00, as a field of time wants it. */
const clockOf = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
const minuteOf = (clock: string): number => {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN);
};
