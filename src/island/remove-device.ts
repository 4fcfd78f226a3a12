/**
 * Removing a device: it leaves the signed list, which only an open vault can sign. This browser itself forgets all that it
 * held; another device is only named.
 */

import { deviceName } from '../client/device-names.ts';
import { revokeDevice, type Unlocked } from '../client/enrol.ts';
import { type DeviceId, isAccountId, isDeviceId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { deleteDatabase } from './database.ts';
import type { IslandForm } from './form.ts';
import { openUnlockedStorage } from './local-storage.ts';
import { enrolTools } from './tools.ts';

type Finish = (form: IslandForm, unlocked: Unlocked) => Promise<void>;

/** What the address of the unlock page ends with when it is for this: alone for this browser, `=ID` for another device. */
const REMOVE = /^#remove-device(?:=([0-9a-f]{32}))?$/;

/** Says on the page what opening the vault will do, and gives the function that does it; null when it is for unlocking. */
export function takeRemoval(form: IslandForm): Finish | null {
  const [asked, id = ''] = REMOVE.exec(location.hash) ?? [];
  if (asked === undefined) return null;
  if (!isDeviceId(id) || id === document.body.dataset.device) {
    write('h1', t('Remove this device'));
    write(
      'h1 + p',
      t(
        'Open your vault once more to take this browser off your devices. Messages and keys that are here are deleted.',
      ),
    );
    form.label(t('Sign out and remove'));
    return removeThis;
  }
  write('h1', t('Remove a device'));
  write(
    'h1 + p',
    t('Open your vault once more to take it off your devices. Nothing is sent to it from then on.'),
  );
  form.label(t('Remove it'));
  void nameOf(id).then((name) => {
    if (name !== null)
      write(
        'h1 + p',
        t('Open your vault once more to take {name} off your devices. Nothing is sent to it from then on.', {
          name,
        }),
      );
  });
  return (within, unlocked) => removeOther(within, unlocked, id);
}

async function removeThis(form: IslandForm, unlocked: Unlocked): Promise<void> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  const { account, device } = unlocked.signedIn;
  form.progress(t('Removing this device…'));
  // The server ends the sessions of a device that leaves the list; one without a device ends here.
  if (device) await revoke(tools, unlocked, device);
  else await tools.transport.signOut(false);
  await deleteDatabase(account);
  location.assign('/sign-in');
}

async function removeOther(form: IslandForm, unlocked: Unlocked, device: DeviceId): Promise<void> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  form.progress(t('Removing the device…'));
  await revoke(tools, unlocked, device);
  location.assign('/settings#devices');
}

async function revoke(
  tools: Parameters<typeof revokeDevice>[0],
  unlocked: Unlocked,
  device: DeviceId,
): Promise<void> {
  const known = await openUnlockedStorage(unlocked.signedIn.account);
  try {
    await revokeDevice(tools, unlocked, device, known);
  } finally {
    await known?.close();
  }
}

/** What its person calls the device, as this browser knows it. */
async function nameOf(device: DeviceId): Promise<string | null> {
  const { account = '' } = document.body.dataset;
  const storage = isAccountId(account) ? await openUnlockedStorage(account) : null;
  const name = storage && (await deviceName(storage, device));
  await storage?.close();
  return name;
}

function write(selector: string, words: string): void {
  const place = document.querySelector(selector);
  if (place) place.textContent = words;
}
