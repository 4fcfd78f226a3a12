/** What of the settings belongs to the keys of this browser. */
import { t } from '../contract/words.ts';
import { loadSettings } from './part.ts';
import { engine, onEvent } from './session.ts';
import { askToPersist } from './storage.ts';

/**
 * Shows `[data-remove-device]`: only a browser that is a device can stop being one. Says there, too, when the browser
 * has not promised to keep what lies here [R40].
 */
export async function openRemoval(place: HTMLElement): Promise<void> {
  await engine;
  place.hidden = false;
  if (await askToPersist()) return;
  const hint = document.createElement('p');
  hint.className = 'hint';
  hint.textContent = t(
    'This browser does not promise to keep your keys and messages when its disk fills up. Another device, or your recovery code, is your way back in.',
  );
  place.before(hint);
}

/** Writes the names of one's own devices into `[data-own-devices]`, and lets them be changed. */
export async function openOwnDevices(place: HTMLElement): Promise<void> {
  const [client, { openDevices }] = await Promise.all([engine, loadSettings()]);
  await openDevices(place, client, (listener) => {
    const end = onEvent(({ type }) => {
      if (!place.isConnected) end();
      else if (type === 'devices') listener();
    });
  });
}

/** Shows `[data-log]` and writes into it what this browser has verified of the transparency log. */
export async function openLog(place: HTMLElement): Promise<void> {
  const [client, part] = await Promise.all([engine, loadSettings()]);
  await part.openLog(place, client, (listener) => {
    const end = onEvent(({ type }) => {
      if (!place.isConnected) end();
      else if (type === 'log') listener();
    });
  });
}

/** Shows `[data-privacy]` and keeps `input[data-read-receipts]`. */
export async function openPrivacy(place: HTMLElement): Promise<void> {
  const client = await engine;
  const told = place.querySelector<HTMLInputElement>('input[data-read-receipts]');
  if (!told) return;
  told.checked = await client.readReceipts();
  told.addEventListener('change', async () => {
    told.disabled = true;
    await client.setReadReceipts(told.checked);
    told.disabled = false;
  });
  place.hidden = false;
}
