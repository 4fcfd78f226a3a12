/** The list of one's own devices in the settings: names, and renaming in place. Fetched with that page only. */

import type { Engine, OwnDeviceView } from '../../client/engine-types.ts';
import { isDeviceId } from '../../contract/ids.ts';
import { MAX_NAME_LENGTH } from '../../contract/limits.ts';
import { t } from '../../contract/words.ts';
import { writeMoments } from './times.ts';

/** Fills `[data-own-devices]` and keeps it. `changed` calls back when names or devices are other ones. */
export async function openDevices(
  place: HTMLElement,
  engine: Pick<Engine, 'devices' | 'renameDevice'>,
  changed: (listener: () => void) => void,
): Promise<void> {
  const draw = async () => {
    for (const device of await engine.devices()) {
      const row = place.querySelector<HTMLElement>(`li[data-device="${device.device}"]`);
      if (row) drawRow(row, device);
      if (device.name === null) continue;
      const places = document.querySelectorAll(`[data-session-device="${device.device}"]`);
      for (const named of places) named.textContent = device.name;
    }
  };
  writeMoments(place.closest('[data-view]') ?? place);
  changed(() => void draw());
  for (const row of place.querySelectorAll<HTMLElement>('li[data-device]')) {
    row.querySelector('[data-device-actions]')?.removeAttribute('data-waiting');
    row
      .querySelector<HTMLButtonElement>('button[data-rename]')
      ?.addEventListener('click', () => rename(row, engine));
  }
  await draw();
}

function drawRow(row: HTMLElement, { name }: OwnDeviceView): void {
  const place = row.querySelector('[data-device-name]');
  if (place && name !== null) place.textContent = name;
  for (const action of row.querySelectorAll<HTMLElement>('[data-rename], a'))
    action.setAttribute('aria-label', `${action.textContent?.trim()} ${place?.textContent ?? ''}`);
}

/** The name becomes a field; Enter keeps what is in it, Escape leaves it as it was. */
function rename(row: HTMLElement, engine: Pick<Engine, 'renameDevice'>): void {
  const { device = '' } = row.dataset;
  const name = row.querySelector<HTMLElement>('[data-device-name]');
  const button = row.querySelector<HTMLButtonElement>('button[data-rename]');
  if (!name || !button || !isDeviceId(device) || row.querySelector('form')) return;

  const form = document.createElement('form');
  form.className = 'rename';
  form.noValidate = true;
  const field = document.createElement('input');
  field.type = 'text';
  field.value = name.textContent ?? '';
  field.maxLength = MAX_NAME_LENGTH;
  field.autocomplete = 'off';
  field.setAttribute('aria-label', t('Name of this device'));
  const said = document.createElement('p');
  said.className = 'error';
  said.setAttribute('role', 'alert');
  const save = document.createElement('button');
  save.type = 'submit';
  save.className = 'button small';
  save.textContent = t('Save');
  const cancel = document.createElement('button');
  cancel.type = 'button';
  cancel.className = 'button small';
  cancel.textContent = t('Cancel');
  form.append(field, save, cancel, said);

  const close = () => {
    form.remove();
    name.hidden = false;
    button.disabled = false;
    button.focus();
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await engine.renameDevice(device, field.value);
      close();
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
      field.focus();
    }
  });
  form.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close();
  });
  cancel.addEventListener('click', close);
  name.hidden = true;
  button.disabled = true;
  name.before(form);
  field.focus();
  field.select();
}
