/** Sign out and remove this device: it leaves the signed list, and this browser forgets all that it held. */
import { revokeDevice, type Unlocked } from '../client/enrol.ts';
import { deleteDatabase } from './database.ts';
import type { IslandForm } from './form.ts';
import { enrolTools } from './tools.ts';

/** What the address of the unlock page ends with when it is for this. */
export const REMOVE = '#remove-device';

/** Says on the page what opening the vault will do, and gives the function that does it. */
export function takeRemoval(form: IslandForm): (form: IslandForm, unlocked: Unlocked) => Promise<void> {
  write('h1', 'Remove this device');
  write(
    'h1 + p',
    'Open your vault once more to take this browser off your devices. Messages and keys that are here are deleted.',
  );
  form.label('Sign out and remove');
  return removeDevice;
}

async function removeDevice(form: IslandForm, unlocked: Unlocked): Promise<void> {
  const tools = await enrolTools((sentence) => form.progress(sentence));
  const { account, device } = unlocked.signedIn;
  form.progress('Removing this device…');
  // The server ends the sessions of a device that leaves the list; one without a device ends here.
  if (device) await revokeDevice(tools, unlocked, device);
  else await tools.transport.signOut(false);
  await deleteDatabase(account);
  location.assign('/sign-in');
}

function write(selector: string, words: string): void {
  const place = document.querySelector(selector);
  if (place) place.textContent = words;
}
