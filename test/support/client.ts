/** The command line as people run it: one process for each command, one folder for each device. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseOf } from './database.ts';
import { SOTTO } from './server.ts';

/** One line of --json. */
export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output's lines, when it was asked for as JSON. */
  readonly lines: readonly Line[];
}

export interface Running {
  readonly pid: number;
  /** Resolves with the next line of standard output that was not taken yet; null at its end. */
  next(): Promise<Line | null>;
  /** Writes to standard input and ends it. */
  say(text: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Outcome>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly command?: readonly string[];
}

/** A folder for devices, and a way to run `client` in them. */
export class Devices {
  readonly folder = mkdtempSync(join(tmpdir(), 'sotto-client-'));

  home(name: string): string {
    return join(this.folder, name);
  }

  /** Starts `client --home NAME ...` with --json. */
  start(name: string, args: readonly string[], options: RunOptions = {}): Running {
    return run(['client', '--home', this.home(name), '--json', ...args], options);
  }

  /** Runs it to its end. */
  async run(name: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const running = this.start(name, args, options);
    running.say(options.input ?? '');
    return running.ended;
  }

  /** Runs it to its end and gives what it printed; throws what it said when it failed. */
  async done(name: string, args: readonly string[], options: RunOptions = {}): Promise<readonly Line[]> {
    const outcome = await this.run(name, args, options);
    if (outcome.code !== 0) throw new Error(`${args.join(' ')} ended with ${outcome.code}: ${outcome.err}`);
    return outcome.lines;
  }

  /** Ada sets up a server that nobody has, and Ben follows an invite. @param env of all three commands, SOTTO_PASSWORD among it */
  async settle(
    server: { readonly setupLink: string | null; readonly data: string },
    env: Readonly<Record<string, string>>,
  ): Promise<void> {
    const setup = ['--invite', server.setupLink ?? '', '--workspace', 'Harbour', '--username', 'ada'];
    await this.done('ada', ['join', ...setup], { env });
    const { out } = await run(['admin', 'invite', '--data', server.data], { env }).ended;
    await this.done('ben', ['join', '--invite', out.trim(), '--username', 'ben'], { env });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts Sotto with these arguments; secrets of the person who runs the tests are not handed on. */
export function run(args: readonly string[], options: RunOptions = {}): Running {
  const { SOTTO_PASSWORD: _password, SOTTO_RECOVERY_CODE: _code, ...env } = process.env;
  const child = Bun.spawn([...(options.command ?? SOTTO), ...args], {
    env: { ...env, ...databaseOfArguments(args), ...options.env },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const waiting: Line[] = [];
  let out = '';
  let rest = '';
  let isOver = false;
  let wake = () => {};
  const reading = (async () => {
    const decoder = new TextDecoder();
    const reader = child.stdout.getReader();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const text = decoder.decode(chunk.value, { stream: true });
      out += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      waiting.push(...lines.filter((line) => line.startsWith('{')).map(parse));
      wake();
    }
    isOver = true;
    wake();
  })();
  const err = new Response(child.stderr).text();
  return {
    pid: child.pid,
    async next() {
      while (waiting.length === 0 && !isOver)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return waiting.shift() ?? null;
    },
    say(text) {
      child.stdin.write(text);
      child.stdin.end();
    },
    kill: (signal) => child.kill(signal),
    ended: (async () => {
      const code = await child.exited;
      await reading;
      const lines = out
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map(parse);
      return { code, out, err: await err, lines };
    })(),
  };
}

/** A command that names a data folder works on the database that belongs to it. */
function databaseOfArguments(args: readonly string[]): { readonly DATABASE_URL?: string } {
  const data = args[args.indexOf('--data') + 1];
  return args.includes('--data') && data !== undefined ? databaseOf(data) : {};
}

function parse(line: string): Line {
  const json: unknown = JSON.parse(line);
  if (typeof json !== 'object' || json === null || !('event' in json) || typeof json.event !== 'string')
    throw new Error(`a line without an event: ${line}`);
  return { ...json, event: json.event };
}
