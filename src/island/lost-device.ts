/**
 * A browser that was a device and whose storage is gone: evicted, or deleted by hand while the session lived on. Opening the
 * vault makes it a new device, and the old one leaves the signed list, because nobody has its keys any more.
 */

import { EnrolError, enrolDevice, revokeDevice, type Unlocked } from '../client/enrol.ts';
import { readSelf } from '../client/self.ts';
import type { AccountId, DeviceId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import { openDatabase } from './database.ts';
import type { IslandForm } from './form.ts';
import { readLocalDevice } from './local-key.ts';
import { openUnlockedStorage } from './local-storage.ts';
import { readPage } from './page.ts';
import { askToPersist } from './storage.ts';
import { enrolTools } from './tools.ts';

/** Says on the page what has happened, and gives the device that this browser was; null when its keys are here. */
export async function takeLoss(): Promise<DeviceId | null> {
  const { account, device } = readPage(document.body);
  if (!account || !device || (await isHere(account))) return null;
  write('h1', t('This browser has lost its keys'));
  write(
    'h1 + p',
    t(
      'The keys and messages that Sotto kept here were deleted. Open your vault, and this browser becomes a new device; the old one is removed.',
    ),
  );
  return device;
}

async function isHere(account: AccountId): Promise<boolean> {
  const database = await openDatabase(account);
  const known = await readLocalDevice(database);
  database.close();
  const storage = known && (await openUnlockedStorage(account));
  const hasSelf = storage ? (await readSelf(storage)) !== null : true;
  await storage?.close();
  return known !== null && hasSelf;
}

/** Adds this browser as a new device, then takes the lost one off the list. */
export async function replaceLost(form: IslandForm, unlocked: Unlocked, lost: DeviceId): Promise<void> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  form.progress(t('Making a new device…'));
  const again = copyOf(unlocked);
  const { storage } = await enrolDevice(tools, unlocked);
  await askToPersist();
  form.progress(t('Removing the old device…'));
  try {
    await revokeDevice(tools, { ...again, signedIn: await tools.transport.session() }, lost, storage);
  } catch (error) {
    // The new device is made; the old one stays in Settings, where it can be removed.
    if (!(error instanceof EnrolError)) throw error;
  } finally {
    await storage.close();
  }
  location.assign('/');
}

/** Each use of an opened vault wipes it. */
function copyOf({ signedIn, secrets, aik }: Unlocked): Unlocked {
  return { signedIn, secrets: structuredClone(secrets), aik: structuredClone(aik) };
}

function write(selector: string, words: string): void {
  const place = document.querySelector(selector);
  if (place) place.textContent = words;
}
