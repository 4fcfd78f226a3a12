/** `logout`: the session ends; the device and its keys stay. */
import { signOut } from '../../client/enrol.ts';
import { forgetDevice } from '../../client/self.ts';
import type { Command, Invocation } from '../command.ts';
import { Failed } from '../failures.ts';
import { Home } from '../home.ts';
import { Server, serverOf } from '../server.ts';

export const logout: Command = async ({ home: folder, isSet, output }) => {
  if (!Home.exists(folder)) throw new Failed(`There is no device in ${folder}.`);
  const home = Home.open(folder);
  try {
    if (isSet('forget')) return await forget(home, output);
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

/** Deletes what a removed device holds. What the account's own list still names stays: a server cannot bring this about. */
async function forget(home: Home, output: Invocation['output']): Promise<void> {
  const { server } = home;
  if (server === null || !(await new Server(home, server).wasRemoved()))
    throw new Failed(
      'Nothing was deleted: no list of your account says that this device was removed. "sotto client devices --revoke" removes it.',
    );
  await forgetDevice(home.storage);
  home.leave();
  await output.event('signed-out', {}, 'Keys and messages of this device are deleted.');
}
