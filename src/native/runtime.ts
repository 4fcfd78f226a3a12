/**
 * The provider of the runtime this process runs in: native primitives, each after it has given known answers, and noble's
 * where one of them does not. Chosen at the first use, so that a start waits for nothing.
 */
import { noble } from '../protocol/noble.ts';
import type { Provider } from '../protocol/provider.ts';
import { chooseProvider } from './choose.ts';
import { quickSealing } from './quick-sealing.ts';

let choosing: Promise<Provider> | null = null;

/** What was chosen; its name says how much of it is native. */
export function chosenProvider(): Promise<Provider> {
  choosing ??= chooseProvider(async () => noble, quickSealing);
  return choosing;
}

/** Keys stay bytes at rest here: no storage of this runtime takes a handle. */
export const runtime: Provider = {
  name: 'runtime',
  prepare: async (...of) => (await chosenProvider()).prepare?.(...of) ?? of[1],
  x25519PublicKey: async (...of) => (await chosenProvider()).x25519PublicKey(...of),
  x25519: async (...of) => (await chosenProvider()).x25519(...of),
  mlKemKeyPair: async (...of) => (await chosenProvider()).mlKemKeyPair(...of),
  mlKemEncapsulate: async (...of) => (await chosenProvider()).mlKemEncapsulate(...of),
  mlKemDecapsulate: async (...of) => (await chosenProvider()).mlKemDecapsulate(...of),
  ed25519PublicKey: async (...of) => (await chosenProvider()).ed25519PublicKey(...of),
  ed25519Sign: async (...of) => (await chosenProvider()).ed25519Sign(...of),
  ed25519Verify: async (...of) => (await chosenProvider()).ed25519Verify(...of),
  mlDsaPublicKey: async (...of) => (await chosenProvider()).mlDsaPublicKey(...of),
  mlDsaSign: async (...of) => (await chosenProvider()).mlDsaSign(...of),
  mlDsaVerify: async (...of) => (await chosenProvider()).mlDsaVerify(...of),
  sha256: async (...of) => (await chosenProvider()).sha256(...of),
  aesGcmSeal: async (...of) => (await chosenProvider()).aesGcmSeal(...of),
  aesGcmOpen: async (...of) => (await chosenProvider()).aesGcmOpen(...of),
};
