/**
 * Plain HTTP beside TLS: answers ACME servers, hands out the certificate authority that nobody trusts yet, and sends everybody
 * else to https. What is sent to it in the open is refused, so that nobody goes on doing so.
 */
import type { Config } from '../../config.ts';
import { ASSETS_PREFIX, TRUST_PATH } from '../../contract/paths.ts';
import { refusePlain } from '../../http/refuse-plain.ts';
import type { Encryption } from '../../ops/tls/encryption.ts';
import { CommandFailed } from '../failed.ts';
import type { App } from './listen.ts';

const CHALLENGE_PREFIX = '/.well-known/acme-challenge/';
/** Seconds without a byte before a connection is dropped. */
const IDLE_TIMEOUT_S = 10;
/** Bytes that somebody may send before they hear that nothing is taken here. */
const MAX_BODY_BYTES = 64 * 1024;

export interface PlainHttp {
  readonly port: number;
  stop(): Promise<void>;
}

/** Throws CommandFailed when the port cannot be had. @param origin the address over https */
export function listenPlain(
  app: Pick<App, 'handle'>,
  config: Pick<Config, 'host'> & { readonly httpPort: number },
  encryption: Encryption,
  origin: () => string,
): PlainHttp {
  try {
    const server = Bun.serve({
      port: config.httpPort,
      hostname: config.host,
      idleTimeout: IDLE_TIMEOUT_S,
      maxRequestBodySize: MAX_BODY_BYTES,
      fetch: (request) => answerPlain(request, app, encryption, origin()),
    });
    return { port: server.port ?? config.httpPort, stop: () => server.stop(true) };
  } catch (error) {
    throw new CommandFailed(
      `Cannot listen on ${config.host}:${config.httpPort} for plain HTTP (--http-port): ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export async function answerPlain(
  request: Request,
  app: Pick<App, 'handle'>,
  encryption: Pick<Encryption, 'challenge' | 'authority'>,
  origin: string,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads) return refusePlain(request, origin);
  if (pathname.startsWith(CHALLENGE_PREFIX)) {
    const answer = encryption.challenge(pathname.slice(CHALLENGE_PREFIX.length));
    return answer === null
      ? new Response(null, { status: 404 })
      : new Response(answer, { headers: { 'content-type': 'application/octet-stream' } });
  }
  const isTrust = pathname === TRUST_PATH || pathname.startsWith(`${TRUST_PATH}/`);
  if (encryption.authority && (isTrust || pathname.startsWith(ASSETS_PREFIX))) return app.handle(request);
  return new Response(null, { status: 308, headers: { location: `${origin}${pathname}${search}` } });
}
