/** A real client on the line: the engine over HTTP and the socket, with a disk of its own that a test can compare. */
import { hashPassword as hashNatively } from '../../../src/cli/password-hash.ts';
import { openEngine } from '../../../src/client/engine.ts';
import type { Engine, EngineEvent, HistoryMessage } from '../../../src/client/engine-types.ts';
import {
  type EnrolTools,
  enrolDevice,
  newAccountId,
  register,
  signInWithPassword,
} from '../../../src/client/enrol.ts';
import { httpTransport } from '../../../src/client/http-transport.ts';
import { type JsonSocket, jsonSocket } from '../../../src/client/json-socket.ts';
import { MemoryDisk, MemoryStorage } from '../../../src/client/memory-storage.ts';
import type { PasswordHash, StoreName, Timer, Transport } from '../../../src/client/ports.ts';
import type { AccountId, BodyId, ConversationId, DeviceId } from '../../../src/contract/ids.ts';
import { PATHS } from '../../../src/contract/paths.ts';
import { SOCKET_PROTOCOL } from '../../../src/contract/relay.ts';
import { runtime } from '../../../src/native/runtime.ts';
import { PASSWORD_FLOOR } from '../../../src/protocol/password.ts';
import type { Crypto } from '../../../src/protocol/ports.ts';
import type { Provider } from '../../../src/protocol/provider.ts';
import { openWebSocket } from '../../support/socket.ts';
import { type HostileServer, WHO } from './server.ts';
import { MovableTime } from './time.ts';

export const PASSWORD = 'correct horse battery';
/** How long a client may take over something before the test gives up. */
const PATIENCE_MS = 15_000;

export const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** The line keeps its own time: a client that is told of another day must not think that the line has fallen silent. */
const onTheWall: Timer = (delay, task) => {
  const handle = setTimeout(task, delay);
  return () => clearTimeout(handle);
};

const hashed = new Map<string, Uint8Array>();
/** Argon2id, once for each password, salt and cost: the same ones come again and again here. */
const hashPassword: PasswordHash = async (password, parameters) => {
  const { salt, memory, passes, lanes } = parameters;
  const name = [password, salt.toHex(), memory, passes, lanes].join();
  const known = hashed.get(name) ?? (await hashNatively(password, parameters));
  hashed.set(name, known);
  return known.slice();
};

/** A device: its disk, its cookie, its time; and its engine while it is open. */
export class Client {
  readonly time = new MovableTime();
  /** Every delay is as long as it may be: what is asked for after a while is not asked for now. */
  delaysFully = false;
  readonly crypto: Crypto;
  readonly events: EngineEvent[] = [];
  readonly transport: Transport;
  private opened: { readonly engine: Engine; readonly live: JsonSocket } | null = null;
  private known: Engine['self'] | null = null;
  private cookie = '';

  private constructor(
    readonly who: string,
    private readonly server: HostileServer,
    public disk: MemoryDisk,
    provider: Provider,
  ) {
    this.crypto = {
      provider,
      // Delays alone are drawn from three bytes.
      random: (length) =>
        length === 3 && this.delaysFully ? new Uint8Array(3).fill(255) : randomBytes(length),
      clock: this.time.clock,
    };
    this.transport = httpTransport({
      origin: server.url,
      headers: () => ({ [WHO]: who, ...(this.cookie ? { cookie: this.cookie } : {}) }),
      onResponse: (response) => {
        const set = response.headers.get('set-cookie');
        if (set) this.cookie = set.split(';')[0] ?? '';
      },
    });
  }

  /** A place without a device yet, for tests of enrolment. */
  static at(
    server: HostileServer,
    who: string,
    disk = new MemoryDisk(),
    provider: Provider = runtime,
  ): Client {
    return new Client(who, server, disk, provider);
  }

  /** A new person. The first one of a server is its owner. */
  static async register(
    server: HostileServer,
    username: string,
    who = username,
    provider: Provider = runtime,
  ): Promise<Client> {
    const client = Client.at(server, who, new MemoryDisk(), provider);
    const { invites } = server.app.deps.services;
    const first = (await server.app.count('accounts')) === 0;
    await register(client.tools(), {
      token: first ? await invites.createSetupToken() : (await invites.create(null)).token,
      account: newAccountId(randomBytes),
      username,
      name: username,
      ...(first ? { workspaceName: 'Harbour' } : {}),
      password: PASSWORD,
    });
    await client.open();
    return client;
  }

  /** Another device of somebody. */
  static async signIn(server: HostileServer, username: string, who: string): Promise<Client> {
    const client = Client.at(server, who);
    await client.enrol(username);
    await client.open();
    return client;
  }

  tools(): EnrolTools {
    return {
      crypto: this.crypto,
      transport: this.transport,
      hashPassword,
      passwordCost: PASSWORD_FLOOR,
      openStorage: async () => new MemoryStorage(this.disk),
    };
  }

  /** Signs in with the password and makes this place a device, or the same device again. */
  async enrol(username: string): Promise<void> {
    const tools = this.tools();
    await enrolDevice(tools, await signInWithPassword(tools, { username, password: PASSWORD }));
  }

  get isOpen(): boolean {
    return this.opened !== null;
  }
  get engine(): Engine {
    if (this.opened === null) throw new Error(`${this.who} is closed`);
    return this.opened.engine;
  }
  get account(): AccountId {
    return this.self.account;
  }
  get username(): string {
    return this.self.username;
  }
  get device(): DeviceId {
    return this.self.device;
  }
  /** Of the engine that is open, or was. */
  private get self(): Engine['self'] {
    if (this.known === null) throw new Error(`${this.who} was never open`);
    return this.known;
  }

  /** Opens the engine over the disk, and the line. */
  async open(): Promise<void> {
    const live = jsonSocket({
      connect: () =>
        openWebSocket(this.server.url.replace('http', 'ws') + PATHS.socket, {
          protocols: [SOCKET_PROTOCOL],
          headers: { cookie: this.cookie, origin: this.server.url, [WHO]: this.who },
        }),
      timer: onTheWall,
      random: randomBytes,
    });
    const engine = await openEngine({
      storage: new MemoryStorage(this.disk),
      transport: this.transport,
      live,
      crypto: this.crypto,
      timer: this.time.timer,
    });
    engine.subscribe((event) => this.events.push(event));
    this.opened = { engine, live };
    this.known = engine.self;
    engine.start();
    live.open();
    await this.until(async () => live.connected);
    await engine.idle();
  }

  /** Ends the line and the engine; the disk stays. */
  async close(): Promise<void> {
    const { opened } = this;
    this.opened = null;
    opened?.live.close();
    await opened?.engine.stop();
  }

  /** Goes away from the line and comes back: everything that waits is fetched. */
  async reconnect(): Promise<void> {
    const { opened } = this;
    if (opened === null) return this.open();
    opened.live.close();
    opened.live.open();
    await this.until(async () => opened.live.connected);
    await opened.engine.idle();
  }
  disconnect(): void {
    this.opened?.live.close();
  }

  /** Sends and waits until it left or is held; gives the message as it is then. */
  async send(to: ConversationId, text: string): Promise<HistoryMessage> {
    const { id } = await this.engine.send(to, text);
    await this.engine.flush();
    await this.engine.idle();
    return this.message(id);
  }

  async message(id: BodyId): Promise<HistoryMessage> {
    const message = await this.engine.message(id);
    if (message === null) throw new Error(`${this.who} has no message ${id}`);
    return message;
  }

  async messages(id: ConversationId): Promise<readonly HistoryMessage[]> {
    return this.engine.messages(id, { limit: 200 });
  }

  /** What was said in a conversation, oldest first: opened texts only. */
  async texts(id: ConversationId): Promise<string[]> {
    return (await this.messages(id)).filter(({ kind }) => kind === 'text').map(({ text }) => text);
  }

  /** Messages that stay closed. */
  async closed(id: ConversationId): Promise<readonly HistoryMessage[]> {
    return (await this.messages(id)).filter(({ kind }) => kind === 'unreadable');
  }

  async hears(id: ConversationId, text: string): Promise<void> {
    await this.until(async () => (await this.texts(id)).includes(text), `"${text}"`);
  }

  /** Notices of a code, in order. */
  notices(code: string): readonly string[] {
    return this.events.flatMap((event) =>
      event.type === 'notice' && event.code === code ? [event.message] : [],
    );
  }

  /** Waits until the person was told, in a sentence that contains these words. */
  async noticed(code: string, words: string): Promise<void> {
    await this.until(async () => this.notices(code).some((each) => each.includes(words)), `a notice ${code}`);
  }

  /** Waits until `holds`, looked at again after whatever the engine tells or is done with. */
  async until(holds: () => Promise<boolean>, what = 'it'): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; ; ) {
      if (await holds()) return;
      if (Date.now() > deadline) throw new Error(`${this.who} never saw ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await this.opened?.engine.idle();
    }
  }

  /** What is on the disk in these stores, as text that can be compared. */
  state(...stores: readonly StoreName[]): string {
    return stores
      .flatMap((name) => [...this.disk.store(name)].map(([key, value]) => `${name}/${key} ${value.toHex()}`))
      .sort()
      .join('\n');
  }
}

/** Two people who have a conversation; nothing was said in it. */
export async function acquaint(a: Client, b: Client): Promise<ConversationId> {
  const { id } = await a.engine.direct(b.account);
  await b.engine.direct(a.account);
  return id;
}

/** Lets these devices say everything that they owe each other by themselves. */
export async function settle(server: HostileServer, ...clients: readonly Client[]): Promise<void> {
  const posts = () => server.seen.filter(({ path }) => path === PATHS.messages).length;
  for (let still = 0; still < 3; ) {
    const before = posts();
    for (const { time, engine } of clients) {
      time.pass(11_000);
      await engine.flush();
      await engine.idle();
    }
    still = posts() === before ? still + 1 : 0;
  }
}
