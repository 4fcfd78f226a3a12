/** Binds the address that people open. */
import type { Server } from 'bun';
import type { Config } from '../../config.ts';
import type { Pair } from '../../ops/tls/certificate.ts';
import { CommandFailed } from '../failed.ts';

/** What is listened with: the whole app, or a small one of a test. */
export interface App {
  readonly server: Server<unknown> | null;
  listen(options: {
    readonly port: number;
    readonly hostname: string;
    readonly reusePort: boolean;
    readonly tls?: Pair;
  }): unknown;
  stop(closeActiveConnections: boolean): Promise<unknown>;
  handle(request: Request): Promise<Response>;
}

/**
 * Gives the port that was bound. Throws CommandFailed with a sentence when the address cannot be had.
 * @param pair what connections are encrypted with; null: plain HTTP
 */
export function listen(app: App, config: Pick<Config, 'port' | 'host'>, pair: Pair | null): number {
  try {
    app.listen({
      port: config.port,
      hostname: config.host,
      // Otherwise a second server would share the port without a word.
      reusePort: false,
      ...(pair ? { tls: { cert: pair.cert, key: pair.key } } : {}),
    });
  } catch (error) {
    throw new CommandFailed(
      `Cannot listen on ${config.host}:${config.port}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return app.server?.port ?? config.port;
}
