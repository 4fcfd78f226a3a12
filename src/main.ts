/** The one entry: arguments to command. */

import { runClient } from './cli/main.ts';
import { ADMIN_USAGE, admin } from './commands/admin.ts';
import { CommandFailed } from './commands/failed.ts';
import { serve } from './commands/serve.ts';
import { ConfigError } from './config.ts';
import { Refusal } from './services/refusal.ts';
import { NewerSchema } from './store/migrate.ts';

const USAGE = `Sotto: post-quantum end-to-end encrypted team chat.

sotto serve [--port 3000] [--host 127.0.0.1] [--data ./data] [--url ORIGIN] [--trusted-proxy CIDR] [--log-level info]
${ADMIN_USAGE}
sotto client --home DIR ...                                    a device on the command line; see sotto client --help

Every flag of serve is also a variable: SOTTO_PORT, SOTTO_HOST, SOTTO_DATA, SOTTO_URL, SOTTO_TRUSTED_PROXY, SOTTO_LOG_LEVEL.`;

/** Gives the exit code: 0 done, 1 failed, 2 wrong use. */
async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  switch (command) {
    case 'serve':
      return serve(args, process.env);
    case 'admin':
      return admin(args, process.env);
    case 'client':
      return runClient(args);
    case undefined:
      return serve([], process.env);
    case '--help':
    case '-h':
    case 'help':
      console.log(USAGE);
      return 0;
    default:
      // `sotto --port 8080` means `sotto serve --port 8080`.
      if (command.startsWith('--')) return serve(argv, process.env);
      throw new CommandFailed(`There is no command "${command}".\n\n${USAGE}`, 2);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}
process.exit();

/** One sentence on standard error; a stack trace only for what we did not foresee. */
function report(error: unknown): number {
  if (error instanceof ConfigError) return say(error.message, 2);
  if (error instanceof CommandFailed) return say(error.message, error.code);
  if (error instanceof Refusal || error instanceof NewerSchema) return say(error.message, 1);
  console.error(error);
  return 1;
}

function say(sentence: string, code: number): number {
  console.error(sentence);
  return code;
}
