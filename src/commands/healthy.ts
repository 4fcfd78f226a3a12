/** `sotto healthy`: whether the server on this machine answers, for containers that have nothing else to ask with. */
import { parseCommandConfig } from '../config.ts';
import { CommandFailed } from './failed.ts';

const PATIENCE_MS = 3_000;

/** Asks /healthz where `serve` with the same environment would listen. Gives the exit code; throws CommandFailed. */
export async function healthy(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { port, host, tls } = parseCommandConfig(args, env);
  const to =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const url = `${tls ? 'https' : 'http'}://${to}:${port}/healthz`;
  try {
    // Its own certificate is another's concern: what is asked is whether it answers.
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      tls: { rejectUnauthorized: false },
    });
    if (answer.ok) return 0;
    throw new CommandFailed(`${url} answers ${answer.status}.`);
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(
      `${url} does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
