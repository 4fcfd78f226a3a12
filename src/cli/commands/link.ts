/** `link`: this home as a device of an account, by approval on another device of it. */
import { platform } from 'node:os';
import { type PendingLink, requestLink } from '../../client/link/request.ts';
import type { Command, Invocation } from '../command.ts';
import { enrolling } from '../enrolling.ts';
import { Failed, WrongUse } from '../failures.ts';
import { Home } from '../home.ts';
import { plain, timeOf } from '../output.ts';
import { restoreHistory } from '../restoring.ts';
import { originOf } from '../server.ts';

const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['linux', 'Linux'],
  ['darwin', 'macOS'],
  ['win32', 'Windows'],
]);
/** What the approving device shows; the server sees it, so no name of the machine is in it. */
const AGENT = `Command line on ${SYSTEMS.get(platform()) ?? 'another system'}`;

export const link: Command = async (invocation) => {
  const { home: folder, option, isSet, output, io } = invocation;
  const given = option('server') ?? knownServer(folder);
  if (given === null) throw new WrongUse('link needs --server: this folder does not know it yet.');
  const origin = originOf('server', given);

  await enrolling(folder, origin, async ({ home, tools, links, keep }) => {
    const { crypto, openStorage } = tools;
    const pending = await requestLink({ crypto, links, openStorage, pause: (ms) => Bun.sleep(ms) }, AGENT);
    const stopped = Promise.withResolvers<never>();
    stopped.promise.catch(() => {});
    const endHearing = io.onInterrupt(() => stopped.reject(new Failed('Nothing was added.')));
    try {
      await showCode(pending, invocation);
      const offer = await Promise.race([pending.approved(), stopped.promise]);
      const { username, name, check } = offer;
      await output.note(
        `You are adding this device to ${username} (${name}). The device that approved it shows ${check}; if it shows anything else, do not go on.`,
      );
      if (!isSet('yes') && !/^y(?:es)?$/i.test((await io.readInput(0)).trim())) {
        await offer.decline();
        throw new Failed('Nothing was added: the answer was not yes.');
      }
      const enrolled = await offer.accept();
      keep(enrolled);
      await output.event(
        'joined',
        { account: offer.account, device: enrolled.device },
        `You are ${plain(name)} (${username}) at ${origin}, on a new device in ${home.folder}.`,
      );
    } catch (error) {
      await pending.cancel();
      throw error;
    } finally {
      endHearing();
    }
  });
  await restoreHistory({ home: folder, output });
};

async function showCode({ code, expiresAt }: PendingLink, { output, isSet }: Invocation): Promise<void> {
  await output.event(
    'code',
    { code, expires: expiresAt },
    `Type this code on a device of yours, until ${timeOf(expiresAt)}:\n\n  ${code}\n`,
  );
  if (!isSet('yes')) await output.note('Then type yes here.');
}

function knownServer(folder: string): string | null {
  if (!Home.exists(folder)) return null;
  const home = Home.open(folder);
  const { server } = home;
  home.close();
  return server;
}
