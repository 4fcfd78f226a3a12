/** What of the settings belongs to the keys of this browser. */
import { engine } from './session.ts';

/** Shows `[data-remove-device]`: only a browser that is a device can stop being one. */
export async function openRemoval(place: HTMLElement): Promise<void> {
  await engine;
  place.hidden = false;
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
