/** Where the server listens: the address that people open, encrypted or not, and plain HTTP beside it. */
import type { Server } from 'bun';
import type { Deps } from '../../deps.ts';
import { CertificateProblem, type Pair } from '../../ops/tls/certificate.ts';
import { CommandFailed } from '../failed.ts';
import { type App, listen } from './listen.ts';
import { listenPlain } from './plain-http.ts';

/** Milliseconds between two tries to have the port again, and how many there are. */
const AGAIN_MS = 250;
const TRIES = 120;
/** Milliseconds that requests get to end, and between two looks whether they have. */
const DRAIN_MS = 4000;
const LOOK_MS = 10;

export interface Listeners {
  readonly port: number;
  /** Of plain HTTP beside TLS; null where nothing answers there. */
  readonly plainPort: number | null;
  /** Uses another certificate where there is one. Throws when one is needed and cannot be had; the one in use stays. */
  renew(): Promise<void>;
  /** Ends connections and listeners. */
  stop(): Promise<void>;
}

/** Throws CommandFailed with a sentence when an address or a certificate cannot be had. */
export async function openListeners(
  app: App,
  { config, encryption, origin, log }: Pick<Deps, 'config' | 'encryption' | 'origin' | 'log'>,
): Promise<Listeners> {
  const { httpPort } = config;
  // First, because an ACME server asks there before there is a certificate.
  const plain =
    encryption && httpPort !== null ? listenPlain(app, { ...config, httpPort }, encryption, origin) : null;
  const port = listen(app, config, encryption ? await firstPair(encryption) : null);
  /** Listeners of certificates before this one: who is connected stays so. */
  const before = new Set<Server<unknown>>();

  const exchange = async (pair: Pair) => {
    const old = app.server;
    if (old) {
      before.add(old);
      // Closes the port at once, and resolves when the last connection has ended.
      void old.stop(false).then(() => before.delete(old));
    }
    for (let tries = 1; ; tries += 1) {
      try {
        listen(app, { ...config, port }, pair);
        log.info('certificate exchanged');
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
        log.error('port not to be had again', { port, reason: String(error) });
        await Bun.sleep(AGAIN_MS);
      }
    }
  };

  return {
    port,
    plainPort: plain?.port ?? null,
    async renew() {
      const pair = await encryption?.renew();
      if (pair) await exchange(pair);
    },
    async stop() {
      const servers = [app.server, ...before].filter((server) => server !== null);
      await drained(() => servers.some(({ pendingRequests }) => pendingRequests > 0));
      await Promise.all([app.stop(true), plain?.stop(), ...[...before].map((server) => server.stop(true))]);
    },
  };
}

/** Waits until nothing is being answered any more, and no longer than DRAIN_MS: a large file is fetched on later. */
async function drained(isBusy: () => boolean): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (isBusy() && performance.now() < until) await Bun.sleep(LOOK_MS);
}

async function firstPair(encryption: NonNullable<Deps['encryption']>): Promise<Pair> {
  try {
    return await encryption.open();
  } catch (error) {
    if (error instanceof CertificateProblem) throw new CommandFailed(`--tls: ${error.message}`);
    throw error;
  }
}
