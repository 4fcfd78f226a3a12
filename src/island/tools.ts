/** What signing in and making accounts work with, in a browser, telling a form how far they are. */

import type { EnrolTools } from '../client/enrol.ts';
import { httpTransport } from '../client/http-transport.ts';
import { t } from '../contract/words.ts';
import { hashPassword } from './argon2.ts';
import { browserCrypto } from './crypto.ts';
import { openStorage } from './local-storage.ts';
import { OPTIONS } from './transport.ts';

/** Tools for `client/enrol`; `progress` hears what takes long. */
export async function enrolTools(progress: (sentence: string) => void): Promise<EnrolTools> {
  return {
    crypto: await browserCrypto(),
    transport: httpTransport(OPTIONS),
    hashPassword: async (password, parameters) => {
      progress(t('Deriving keys…'));
      const hash = await hashPassword(password, parameters);
      progress(t('Making your keys…'));
      return hash;
    },
    openStorage,
  };
}
