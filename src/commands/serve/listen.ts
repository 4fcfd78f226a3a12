/** Binds the address that people open. */
import type { createApp } from '../../app.ts';
import type { Config } from '../../config.ts';
import { CommandFailed } from '../failed.ts';

export type App = ReturnType<typeof createApp>;

/** Gives the port that was bound. Throws CommandFailed with a sentence when the address cannot be had. */
export function listen(app: App, config: Config): number {
  try {
    app.listen({ port: config.port, hostname: config.host });
  } catch (error) {
    throw new CommandFailed(
      `Cannot listen on ${config.host}:${config.port}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return app.server?.port ?? config.port;
}
