/** Ada and Ben, each with a device of their own, at one server that can be ended and begun again. */
import { Devices, type Line, run } from './client.ts';
import { type ServerOptions, startServer, type TestServer } from './server.ts';

export const PASSWORDS = { ada: 'lighthouse keeper 1', ben: 'harbour master 22' } as const;
export type Who = keyof typeof PASSWORDS;

/** The environment of a command that opens this person's vault. */
export const as = (who: Who) => ({ env: { SOTTO_PASSWORD: PASSWORDS[who] } });

export class Pair {
  private constructor(
    /** The server as it runs now. */
    public server: TestServer,
    readonly devices: Devices,
    private readonly options: ServerOptions,
    /** What joining printed. */
    readonly joined: Readonly<Record<Who, Line>>,
  ) {}

  /** A new server with both of them; their homes are called `ada` and `ben`. */
  static async open(options: ServerOptions = {}): Promise<Pair> {
    const server = await startServer(options);
    const devices = new Devices();
    const join = async (who: Who, invite: readonly string[]) => {
      const [line] = await devices.done(who, ['join', '--username', who, ...invite], as(who));
      if (line === undefined) throw new Error(`${who} joined without a word`);
      return line;
    };
    const ada = await join('ada', ['--invite', server.setupLink ?? '', '--workspace', 'Harbour']);
    const { out } = await run(['admin', 'invite', '--data', server.data]).ended;
    const ben = await join('ben', ['--invite', out.trim()]);
    return new Pair(server, devices, options, { ada, ben });
  }

  /** Sends and gives the line that says what became of it. */
  async send(from: string, to: Who, text: string): Promise<Line> {
    const [line] = await this.devices.done(from, ['send', '--to', to, text]);
    if (line === undefined) throw new Error(`"${text}" was sent without a word`);
    return line;
  }

  /** The texts of the next messages that arrive at a device. */
  async hear(device: string, count: number): Promise<unknown[]> {
    const lines = await this.devices.done(device, ['listen', '--count', String(count), '--timeout', '60s']);
    return lines.map(({ text }) => text);
  }

  /** Every text that a device has of its conversation with somebody, oldest first. */
  async texts(device: string, other: Who): Promise<unknown[]> {
    const lines = await this.devices.done(device, ['history', '--with', other, '--limit', '5000']);
    return lines.map(({ text }) => text);
  }

  /** Begins the server again on the same data and address, after it was stopped or killed. */
  async begin(): Promise<void> {
    const { data, port } = this.server;
    this.server = await startServer({ ...this.options, data, port });
  }

  async remove(): Promise<void> {
    await this.server.remove();
    this.devices.remove();
  }
}
