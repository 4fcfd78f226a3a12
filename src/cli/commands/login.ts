/** `login`: this home as a device of an account that exists, new or once more. */
import { enrolDevice } from '../../client/enrol.ts';
import type { Command } from '../command.ts';
import { enrolling } from '../enrolling.ts';
import { WrongUse } from '../failures.ts';
import { Home } from '../home.ts';
import { plain } from '../output.ts';
import { restoreHistory } from '../restoring.ts';
import { codeFrom, vaultKeyFrom } from '../secrets.ts';
import { originOf } from '../server.ts';

export const login: Command = async ({ home: folder, option, output, io }) => {
  const known = Home.exists(folder) ? knownIn(folder) : null;
  const origin = originOf('server', needed('server', option('server'), known?.server));
  const username = needed('username', option('username'), known?.username).toLowerCase();
  const key = vaultKeyFrom(io.env);

  await enrolling(folder, origin, async ({ home, tools, keep }) => {
    const enrolled = await enrolDevice(
      tools,
      await key.signIn({ ...tools, askCode: codeFrom(io) }, username),
    );
    keep(enrolled);
    const { account, name } = enrolled.signedIn;
    const { device, resumed } = enrolled;
    await output.event(
      'joined',
      { account, device },
      `You are ${plain(name)} (${username}) at ${origin}, on ${resumed ? 'the' : 'a new'} device in ${home.folder}.`,
    );
  });
  await restoreHistory({ home: folder, output });
};

/** What a folder knows of the account that it is a device of. */
function knownIn(folder: string): { readonly server: string | null; readonly username: string | null } {
  const home = Home.open(folder);
  const { server, username } = home;
  home.close();
  return { server, username };
}

function needed(name: string, given: string | null, known: string | null | undefined): string {
  const value = given ?? known;
  if (!value) throw new WrongUse(`login needs --${name}: this folder does not know it yet.`);
  return value;
}
