/** What join and login share: a home becomes a device of an account. */
import type { Enrolled, EnrolTools } from '../client/enrol.ts';
import type { LinkTransport } from '../client/link/link-transport.ts';
import { readSelf } from '../client/self.ts';
import { cliCrypto } from './crypto.ts';
import { Failed } from './failures.ts';
import { Home } from './home.ts';
import { hashPassword } from './password-hash.ts';
import { enrollingTransport } from './server.ts';

export interface Enrolling {
  readonly home: Home;
  readonly tools: EnrolTools;
  readonly links: LinkTransport;
  /** Keeps the session in the home, after the server has taken the device. */
  keep(enrolled: Enrolled): void;
}

/** Runs an enrolment over the home in this folder, and closes the home after it. */
export async function enrolling<T>(
  folder: string,
  origin: string,
  work: (enrolling: Enrolling) => Promise<T>,
): Promise<T> {
  const isNew = !Home.exists(folder);
  const home = Home.open(folder);
  const { transport, links, cookie } = enrollingTransport(origin);
  let isLeft = false;
  try {
    return await work({
      home,
      links,
      tools: {
        crypto: cliCrypto,
        transport,
        hashPassword,
        openStorage: async () => home.storage,
      },
      keep({ signedIn }) {
        const session = cookie();
        if (session === null) throw new Failed('The server gave no session: log in again.');
        home.signIn(origin, signedIn.username, session);
      },
    });
  } catch (error) {
    // Without an answer the device may be published: its keys stay for the next try.
    isLeft = isNew && (await readSelf(home.storage)) === null;
    throw error;
  } finally {
    home.close();
    if (isLeft) home.remove();
  }
}
