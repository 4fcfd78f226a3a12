/** `sotto client ...`: a device on the command line. Each command loads only what it needs. */
import { parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { sentenceOf, WrongUse } from './failures.ts';
import { type Io, processIo } from './io.ts';
import { Output } from './output.ts';
import { type CommandName, USAGE, usageFor } from './usage.ts';

const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  join: async () => (await import('./commands/join.ts')).join,
  login: async () => (await import('./commands/login.ts')).login,
  link: async () => (await import('./commands/link.ts')).link,
  send: async () => (await import('./commands/send.ts')).send,
  download: async () => (await import('./commands/download.ts')).download,
  files: async () => (await import('./commands/files.ts')).files,
  share: async () => (await import('./commands/share.ts')).share,
  shares: async () => (await import('./commands/share.ts')).shares,
  request: async () => (await import('./commands/request.ts')).request,
  requests: async () => (await import('./commands/request.ts')).requests,
  edit: async () => (await import('./commands/marks.ts')).edit,
  delete: async () => (await import('./commands/marks.ts')).deleteMessage,
  react: async () => (await import('./commands/marks.ts')).react,
  pin: async () => (await import('./commands/marks.ts')).pin,
  details: async () => (await import('./commands/details.ts')).details,
  timer: async () => (await import('./commands/choices.ts')).timer,
  'file-days': async () => (await import('./commands/choices.ts')).fileDays,
  mute: async () => (await import('./commands/choices.ts')).mute,
  archive: async () => (await import('./commands/choices.ts')).archive,
  listen: async () => (await import('./commands/listen.ts')).listen,
  conversations: async () => (await import('./commands/conversations.ts')).conversations,
  create: async () => (await import('./commands/create.ts')).create,
  members: async () => (await import('./commands/members.ts')).members,
  rename: async () => (await import('./commands/rename.ts')).rename,
  leave: async () => (await import('./commands/leave.ts')).leave,
  'open-groups': async () => (await import('./commands/open-groups.ts')).openGroups,
  enter: async () => (await import('./commands/enter.ts')).enter,
  history: async () => (await import('./commands/history.ts')).history,
  search: async () => (await import('./commands/search.ts')).search,
  'safety-number': async () => (await import('./commands/safety-number.ts')).safetyNumber,
  devices: async () => (await import('./commands/devices.ts')).devices,
  transfer: async () => (await import('./commands/transfer.ts')).transfer,
  status: async () => (await import('./commands/status.ts')).status,
  backup: async () => (await import('./commands/backup.ts')).backup,
  export: async () => (await import('./commands/export.ts')).exportHistory,
  import: async () => (await import('./commands/import.ts')).importHistory,
  log: async () => (await import('./commands/log.ts')).log,
  logout: async () => (await import('./commands/logout.ts')).logout,
};

/** Runs one client command; gives the exit code: 0 done, 1 failed, 2 wrong use. */
export async function runClient(argv: readonly string[], io: Io = processIo): Promise<number> {
  try {
    const given = parseArguments(argv);
    if (given === null) {
      await io.print(`${USAGE}\n`);
      return 0;
    }
    const run = await COMMANDS[given.command]();
    await run({ ...given, io, output: new Output(io, given.json) });
    return 0;
  } catch (error) {
    // Whoever read the output has gone, such as `head`: there is nobody to tell.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 1;
    const sentence = sentenceOf(error);
    await io.warn(error instanceof WrongUse ? `${sentence}\n\n${usageFor(argv)}\n` : `${sentence}\n`);
    return error instanceof WrongUse ? 2 : 1;
  }
}
