/** The one entry: arguments to command. Each command loads only what it needs, so that every one of them starts fast. */
import { CommandFailed } from './commands/failed.ts';
import { ADMIN_USAGE, BACKUP_USAGE, MOVE_USAGE, USAGE, VERIFY_USAGE } from './commands/usage.ts';
import { ConfigError } from './config.ts';
import { Refusal } from './services/refusal.ts';
import { NewerSchema } from './store/migrate.ts';

/** Gives the exit code: 0 done, 1 failed, 2 wrong use. */
async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  // `sotto` and `sotto --port 8080` mean `sotto serve ...`.
  if (command === undefined || (command.startsWith('--') && command !== '--help')) return serve(argv);
  if (args.includes('--help') && command !== 'client') return usage();
  switch (command) {
    case 'serve':
      return serve(args);
    case 'admin':
      return (await import('./commands/admin.ts')).admin(args, process.env);
    case 'client':
      return (await import('./cli/main.ts')).runClient(args);
    case 'backup':
      return (await import('./commands/backup.ts')).backup(args, process.env);
    case 'restore':
      return (await import('./commands/backup.ts')).restore(args, process.env);
    case 'move':
      return (await import('./commands/move.ts')).moveTeam(args, process.env);
    case 'healthy':
      return (await import('./commands/healthy.ts')).healthy(args, process.env);
    case 'check':
      return (await import('./commands/backup.ts')).check(args, process.env);
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(args, process.env);
    case 'verify':
      return (await import('./commands/verify.ts')).verifyCommand(args, process.env);
    case '--help':
    case '-h':
    case 'help':
      return usage();
    default:
      throw new CommandFailed(`There is no command "${command}".\n\n${USAGE}`, 2);
  }
}

function usage(): number {
  console.log(`${USAGE}\n\n${ADMIN_USAGE}\n\n${BACKUP_USAGE}\n\n${MOVE_USAGE}\n\n${VERIFY_USAGE}`);
  return 0;
}

async function serve(args: readonly string[]): Promise<number> {
  return (await import('./commands/serve.ts')).serve(args, process.env);
}

/** One sentence on standard error; a stack trace only for what nobody foresaw. */
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

main(process.argv.slice(2))
  .catch(report)
  .then((code) => process.exit(code));
