/** An open device: its home, its engine, and the way to the server. */
import { hostname } from 'node:os';
import { openEngine } from '../client/engine.ts';
import type { Engine } from '../client/engine-types.ts';
import type { JsonSocket } from '../client/json-socket.ts';
import { TransportFailed, TransportRefused } from '../client/ports.ts';
import { keepIndexClean } from '../client/search/cleaning.ts';
import { readSelf } from '../client/self.ts';
import type { Invocation } from './command.ts';
import { cliCrypto } from './crypto.ts';
import { Failed } from './failures.ts';
import { Home } from './home.ts';
import { type Server, serverOf } from './server.ts';
import { Timers } from './timers.ts';

/** What the engine plans for so many milliseconds from now is done before a command ends: answers and receipts. */
const SOON_MS = 10_000;
/** Rounds of doing what the round before has planned; more would mean that it never ends. */
const ROUNDS = 4;
/** The longest delay of a receipt, and room for the work behind it, in milliseconds. */
const RECEIPT_MS = 6000;

export interface Device {
  readonly home: Home;
  readonly server: Server;
  readonly engine: Engine;
  /** The live line, when it was asked for; closed until `open`. */
  readonly line: JsonSocket | null;
  /** Does what is due soon, such as answers that sessions owe: for a command that is about to end. */
  finish(): Promise<void>;
  /** The same, but receipts keep their random delay (R39), so that they do not say to the second when something was read. */
  finishInTime(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the device of a home. Throws Failed when there is none or it is signed out. */
export async function openDevice(
  folder: string,
  { live = false }: { readonly live?: boolean } = {},
): Promise<Device> {
  if (!Home.exists(folder)) throw notEnrolled(folder);
  const home = Home.open(folder);
  try {
    if (!(await readSelf(home.storage))?.published) throw notEnrolled(folder);
    const server = serverOf(home);
    const timers = new Timers();
    const line = live ? server.socket(timers) : null;
    const engine = await openEngine({
      storage: home.storage,
      transport: server.transport,
      live: line,
      crypto: cliCrypto,
      timer: timers.timer,
      deviceName: DEVICE_NAME,
      note: home.note,
      sourceOf: async (hint) => (await import('./new-files.ts')).sourceOf(hint),
      uploading: home.uploads,
    });
    const isClean = keepIndexClean(engine, home.storage);
    const finish = async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await engine.idle();
        if (timers.hurry(SOON_MS) === 0) return;
      }
    };
    return {
      home,
      server,
      engine,
      line,
      finish,
      finishInTime: async () => {
        const until = performance.now() + RECEIPT_MS;
        for (;;) {
          await engine.idle();
          const wait = timers.next(until - performance.now());
          if (wait === null) break;
          await Bun.sleep(wait);
        }
        await finish();
      },
      close: async () => {
        line?.close();
        await engine.stop();
        await isClean();
        home.close();
      },
    };
  } catch (error) {
    home.close();
    throw error;
  }
}

const notEnrolled = (folder: string) =>
  new Failed(
    Home.wasUsed(folder)
      ? `The database of the device in ${folder} is gone, and its keys and messages with it: put it back from where it went, or use "sotto client login" to make a new device here and "sotto client devices" to remove the old one.`
      : `There is no device in ${folder} yet: use "sotto client join" or "sotto client login" first.`,
  );

/** Told to one's own other devices alone. */
const DEVICE_NAME = `Command line on ${hostname()}`;

/** Milliseconds that an ending command gives to what it leaves behind. */
const FINISH_MS = 5000;

/**
 * Runs a command over the device of a folder; then does what is due soon, and closes it. What the person must know goes to
 * standard error. Throws as `openDevice`.
 */
export async function withDevice(
  { home, output }: Pick<Invocation, 'home' | 'output'>,
  work: (device: Device) => Promise<void>,
): Promise<void> {
  const device = await openDevice(home);
  tellNotices(device, output);
  try {
    await work(device);
    await atMost(FINISH_MS, device.finish());
    await tellNews(device, output, 'all');
  } finally {
    await atMost(FINISH_MS, device.close());
  }
}

/** Tells the notices of an engine on standard error; that the session has ended is an error of its own. */
export function tellNotices({ engine }: Device, output: Invocation['output']): void {
  engine.subscribe((event) => {
    if (event.type === 'notice' && event.code !== 'NotSignedIn') void output.note(event.message);
  });
}

/** Tells what changed among one's own devices, once; the nameless ones only when `all` are wanted: names come a little later. */
export async function tellNews(
  { engine }: Device,
  output: Invocation['output'],
  which: 'all' | 'named',
): Promise<void> {
  for (const { device, name, message } of await engine.deviceNews()) {
    if (name === null && which === 'named') continue;
    await output.note(message);
    await engine.dismissNews(device);
  }
}

/** Fetches what waits and sends what waits. False when the server cannot be reached; throws Failed when it refuses. */
export async function synchronise({ engine, server }: Device): Promise<boolean> {
  try {
    await engine.sync();
    return true;
  } catch (error) {
    if (error instanceof TransportFailed) return false;
    if (server.signedOut) throw await server.whySignedOut();
    if (error instanceof TransportRefused) throw new Failed(error.message);
    throw error;
  }
}

/** Resolves with the work, or after so many milliseconds: what a crash may interrupt, an ending command may leave. */
export async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([work.then(() => {}), promise]).finally(() => clearTimeout(timer));
}
