/** `logout`: the session ends; the device and its keys stay. */
import { signOut } from '../../client/enrol.ts';
import type { Command } from '../command.ts';
import { Failed } from '../failures.ts';
import { Home } from '../home.ts';
import { serverOf } from '../server.ts';

export const logout: Command = async ({ home: folder, isSet, output }) => {
  if (!Home.exists(folder)) throw new Failed(`There is no device in ${folder}.`);
  const home = Home.open(folder);
  try {
    // Logged out already is logged out.
    if (home.cookie !== null) await signOut(serverOf(home).transport, isSet('everywhere'));
    home.signOut();
    await output.event(
      'signed-out',
      {},
      'You are logged out. The keys of this device stay here: login takes them up again.',
    );
  } finally {
    home.close();
  }
};
