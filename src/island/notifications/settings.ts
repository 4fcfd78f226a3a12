/** `[data-notifications]` in the settings: what this browser tells of, when, and how much of it others may see. */
import type { Engine } from '../../client/engine-types.ts';
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { onInstallOffer } from '../install.ts';
import { engine } from '../session.ts';
import { type Choices, readChoices, type Shown, writeChoices } from './choices.ts';
import { isSubscribed, pushKey, subscribe, unsubscribe } from './push.ts';
import { drawQuiet } from './quiet-settings.ts';

export async function openNotificationSettings(place: HTMLElement): Promise<void> {
  const body = place.querySelector<HTMLElement>('[data-notifications-body]');
  if (!body) return;
  const client = await engine;
  const show = async () => {
    const choices = await readChoices();
    const isOn = choices.on && permission() === 'granted';
    body.replaceChildren(...(isOn ? await drawOn(choices, client, show) : drawOff(choices, show)));
    place.hidden = false;
  };
  await show();
  const install = place.querySelector<HTMLElement>('[data-install]');
  if (install)
    onInstallOffer((offered) => {
      install.querySelector('button')?.addEventListener('click', () => void offered(), { once: true });
      install.hidden = false;
    });
}

const permission = (): NotificationPermission =>
  'Notification' in window ? Notification.permission : 'denied';

function drawOff(choices: Choices, show: () => Promise<void>): readonly HTMLElement[] {
  if (permission() === 'denied')
    return [
      draw(
        'p',
        { class: 'hint' },
        t(
          'This browser does not let Sotto notify you. Allow it in the settings of this site, and load the page again.',
        ),
      ),
    ];
  const turnOn = draw('button', { type: 'button', class: 'button' }, t('Turn on notifications'));
  turnOn.addEventListener('click', async () => {
    // Browsers ask only after a click, and this is the one.
    if ((await Notification.requestPermission()) === 'granted') writeChoices({ ...choices, on: true });
    await show();
  });
  return [draw('div', { class: 'buttons' }, turnOn)];
}

const SHOWN: readonly (readonly [Shown, () => string])[] = [
  ['text', () => t('Who wrote, and what')],
  ['sender', () => t('Who wrote')],
  ['nothing', () => t('Only that there is a message')],
];

async function drawOn(
  choices: Choices,
  client: Engine,
  show: () => Promise<void>,
): Promise<readonly HTMLElement[]> {
  const shown = draw('fieldset', { class: 'choices' }, draw('legend', {}, t('Show in notifications')));
  for (const [value, words] of SHOWN) {
    const input = draw('input', {
      type: 'radio',
      name: 'notification-shown',
      value,
      checked: choices.shown === value,
    });
    input.addEventListener('change', async () => writeChoices({ ...(await readChoices()), shown: value }));
    shown.append(draw('label', { class: 'check' }, input, draw('span', {}, words())));
  }
  const sound = draw('input', { type: 'checkbox', checked: choices.sound });
  sound.addEventListener('change', async () =>
    writeChoices({ ...(await readChoices()), sound: sound.checked }),
  );
  const off = draw('button', { type: 'button', class: 'button' }, t('Turn off notifications'));
  off.addEventListener('click', async () => {
    off.disabled = true;
    writeChoices({ ...(await readChoices()), on: false });
    await unsubscribe();
    await show();
  });
  return [
    shown,
    draw('label', { class: 'check' }, sound, draw('span', {}, t('Play a sound'))),
    ...(await drawPush()),
    await drawQuiet(client),
    draw('div', { class: 'buttons' }, off),
  ];
}

/** Nothing where this server or this browser cannot push. */
async function drawPush(): Promise<readonly HTMLElement[]> {
  const key = await pushKey().catch(() => null);
  if (key === null) return [];
  const input = draw('input', {
    type: 'checkbox',
    checked: await isSubscribed(),
    'aria-describedby': 'push-hint',
  });
  const problem = draw('p', { class: 'error', role: 'alert' });
  input.addEventListener('change', async () => {
    input.disabled = true;
    problem.textContent = '';
    try {
      await (input.checked ? subscribe(key) : unsubscribe());
    } catch (error) {
      input.checked = false;
      problem.textContent = error instanceof Error ? error.message : String(error);
    }
    input.disabled = false;
  });
  return [
    draw('label', { class: 'check' }, input, draw('span', {}, t('Tell me while Sotto is closed, too'))),
    draw(
      'p',
      { class: 'hint', id: 'push-hint' },
      t('Your browser’s maker then learns that something waits for you and when, never from whom or what.'),
    ),
    problem,
  ];
}
