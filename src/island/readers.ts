/** "Who can read this": each member's devices, from the lists that this device has verified. */
import { engine, onEvent } from './session.ts';

/** Fills `[data-readers] li[data-account]` until it leaves the document. */
export function openReaders(place: HTMLElement): void {
  const stop = onEvent((event) => {
    if (!place.isConnected) stop();
    else if (event.type === 'peer') void fill(place);
  });
  void fill(place);
}

async function fill(place: HTMLElement): Promise<void> {
  const client = await engine;
  const people = await client.people();
  for (const row of place.querySelectorAll<HTMLElement>('li[data-account]')) {
    const { account } = row.dataset;
    const peer = people.find((person) => person.account === account);
    const devices =
      account === client.self.account ? (await client.devices()).length : (peer?.devices ?? null);
    const count = row.querySelector('[data-devices]');
    if (count && devices !== null) count.textContent = devices === 1 ? '1 device' : `${devices} devices`;
    row.querySelector('[data-verified-mark]')?.toggleAttribute('hidden', !peer?.verified);
  }
}
