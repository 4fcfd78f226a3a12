/** What signing in and making accounts work with, in a browser, telling a form how far they are. */
import type { EnrolTools } from '../client/enrol.ts';
import { httpTransport } from '../client/http-transport.ts';
import type { Transport } from '../client/ports.ts';
import { hashPassword } from './argon2.ts';
import { browserCrypto } from './crypto.ts';
import { openStorage } from './local-storage.ts';

/** The server of this page. When it is of a newer release than this script, the page is fetched again; drafts stay. */
export const transport = (): Transport =>
  httpTransport({
    origin: '',
    onResponse: ({ status }) => {
      if (status === UPGRADE_REQUIRED) location.reload();
    },
  });
const UPGRADE_REQUIRED = 426;

/** Tools for `client/enrol`; `progress` hears what takes long. */
export async function enrolTools(progress: (sentence: string) => void): Promise<EnrolTools> {
  return {
    crypto: await browserCrypto(),
    transport: transport(),
    hashPassword: async (password, parameters) => {
      progress('Deriving keys…');
      const hash = await hashPassword(password, parameters);
      progress('Making your keys…');
      return hash;
    },
    openStorage,
  };
}
