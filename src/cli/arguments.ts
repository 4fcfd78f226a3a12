/** From an argument vector to a command with its options. Secrets are never among them: other people can see arguments. */
import { parseArgs } from 'node:util';
import { WrongUse } from './failures.ts';
import { type CommandName, isCommand } from './usage.ts';

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const COMMON = { home: text, json: flag, help: { type: 'boolean', short: 'h' } } as const;

/** Options of each command, besides --home, --json and --help. */
const COMMANDS = {
  join: { invite: text, username: text, name: text, workspace: text },
  login: { server: text, username: text },
  link: { server: text, yes: flag },
  send: {
    to: text,
    conversation: text,
    'reply-to': text,
    file: texts,
    name: text,
    expires: text,
    'new-version-of': text,
    'keep-location': flag,
  },
  download: { out: text, file: text },
  files: {
    with: text,
    conversation: text,
    query: text,
    kind: text,
    sort: text,
    versions: text,
    restore: text,
    forget: text,
    expires: text,
    usage: flag,
  },
  share: { file: text, expires: text, downloads: text, 'password-env': text },
  shares: { revoke: text },
  request: { title: text, expires: text, files: text, largest: text },
  requests: { revoke: text, keep: text, 'throw-away': text, with: text, conversation: text },
  edit: {},
  delete: {},
  react: { off: flag },
  pin: { off: flag },
  details: {},
  timer: { with: text, conversation: text },
  'file-days': { with: text, conversation: text },
  mute: { with: text, conversation: text, notify: text, off: flag },
  archive: { with: text, conversation: text, off: flag },
  listen: {
    count: text,
    timeout: text,
    own: flag,
    read: flag,
    changes: flag,
    download: text,
    'max-size': text,
  },
  conversations: {},
  create: { name: text, people: text, topic: text, open: flag, history: text },
  members: {
    conversation: text,
    add: text,
    remove: text,
    role: text,
    confirm: text,
    access: text,
    history: text,
  },
  rename: { conversation: text, name: text, topic: text },
  leave: { conversation: text },
  'open-groups': {},
  enter: { conversation: text, succeed: flag },
  history: { with: text, conversation: text, limit: text },
  search: { in: text, from: text, before: text, after: text, on: text, has: text, limit: text },
  'safety-number': { with: text, 'mark-verified': flag, 'accept-identity': flag },
  devices: { revoke: text, approve: text, rename: text },
  transfer: { from: text, accept: flag, yes: flag, timeout: text },
  status: { emoji: text, until: text, clear: flag },
  backup: { now: flag, on: flag, off: flag },
  export: { with: text, conversation: text, format: text, out: text },
  import: { with: text, conversation: text },
  log: { 'send-again': flag },
  logout: { everywhere: flag, forget: flag },
} as const satisfies Record<CommandName, object>;

/** How much may stand after the options: a text, or what is searched for; elsewhere nothing. */
const POSITIONALS: Partial<Record<CommandName, number>> = {
  send: 1,
  download: 1,
  share: 1,
  edit: 2,
  delete: 1,
  react: 2,
  pin: 1,
  details: 1,
  timer: 1,
  'file-days': 1,
  status: 1,
  import: 1,
  search: Number.POSITIVE_INFINITY,
};

/** Every option of every command; one command sees only its own. */
const ALL = Object.assign({}, COMMON, ...Object.values(COMMANDS)) as typeof COMMON &
  Record<string, typeof text | typeof texts | typeof flag>;

export interface Arguments {
  readonly command: CommandName;
  readonly home: string;
  readonly json: boolean;
  /** The value of an option, or null. */
  option(name: string): string | null;
  /** The value of an option that must be there. @throws WrongUse */
  required(name: string): string;
  /** Every value of an option that may stand several times, in order. */
  options(name: string): readonly string[];
  isSet(name: string): boolean;
  /** What stands after the options: the text to send. */
  readonly rest: readonly string[];
}

/** @returns null when help was asked for. @throws WrongUse with a sentence that names what is wrong */
export function parseArguments(argv: readonly string[]): Arguments | null {
  const { values, positionals } = parse(argv);
  if (values.help === true) return null;
  const [command, ...rest] = positionals;
  if (command === undefined) throw new WrongUse('Say what to do: join, login, send, listen, ...');
  if (!isCommand(command)) throw new WrongUse(`There is no command "${command}".`);
  for (const name of Object.keys(values))
    if (!Object.hasOwn(COMMON, name) && !Object.hasOwn(COMMANDS[command], name))
      throw new WrongUse(`${command} has no option --${name}.`);
  const most = values.rename === undefined ? (POSITIONALS[command] ?? 0) : 1;
  if (rest.length > most)
    throw new WrongUse(
      most === 1
        ? `Put the text in quotes: "${rest[1]}" stands after it.`
        : `"${rest[0]}" is more than ${command} takes.`,
    );
  const option = (name: string): string | null => {
    const value = values[name];
    return typeof value === 'string' ? value : null;
  };
  const required = (name: string): string => {
    const value = option(name);
    if (value === null || value === '') throw new WrongUse(`${command} needs --${name}.`);
    return value;
  };
  const options = (name: string): readonly string[] => {
    const value = values[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  };
  return {
    command,
    home: required('home'),
    json: values.json === true,
    option,
    options,
    required,
    isSet: (name) => values[name] === true,
    rest,
  };
}

/** Those of the command that is meant come first: two commands may have one name for different things. */
function optionsFor(argv: readonly string[]): typeof ALL {
  // A folder may be called like a command.
  const { positionals } = parseArgs({ args: [...argv], options: ALL, strict: false, allowPositionals: true });
  const [command = ''] = positionals;
  return isCommand(command) ? { ...ALL, ...COMMANDS[command] } : ALL;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: optionsFor(argv), strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new WrongUse(`${message.split('. ')[0]}.`.replace(/\.\.$/, '.'));
  }
}
