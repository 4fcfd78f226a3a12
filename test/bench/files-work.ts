/**
 * One person's device in a process of its own: sends each file whose path it is told to itself, through a real server, reads it back,
 * deletes it and answers FilesWork. Arguments: server, set-up token, folder for the device, the server's process.
 */
import { readFileSync } from 'node:fs';
import { findSource, openSource, writeHint } from '../../src/cli/file-source.ts';
import { Home } from '../../src/cli/home.ts';
import { openEngine } from '../../src/client/engine.ts';
import { newAccountId, register } from '../../src/client/enrol.ts';
import { httpTransport } from '../../src/client/http-transport.ts';
import { giveBack } from '../../src/contract/bytes.ts';
import { RUNS_IN_HAND } from '../../src/contract/files.ts';
import { SpareBytes } from '../../src/contract/spare-bytes.ts';
import { runtime } from '../../src/native/runtime.ts';
import { argon2id, PASSWORD_FLOOR } from '../../src/protocol/password.ts';
import { cpuOf } from './cpu.ts';

export interface Times {
  /** Milliseconds. */
  readonly up: number;
  readonly down: number;
}

export interface FilesWork extends Times {
  /** CPU time while it was sent, milliseconds of one core. */
  readonly deviceCpu: number;
  readonly serverCpu: number;
  /** Megabytes that this process held at most so far, resident. */
  readonly peak: number;
}

const [origin = '', token = '', folder = '', server = ''] = process.argv.slice(2);
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
let cookie = '';
const transport = httpTransport({
  origin,
  spare: new SpareBytes(RUNS_IN_HAND),
  headers: () => ({ cookie }),
  onResponse: (response) => {
    cookie = response.headers.get('set-cookie')?.split(';')[0] || cookie;
  },
});
const home = Home.open(folder);
const tools = { provider: runtime, random, clock: () => Date.now() };
await register(
  {
    crypto: tools,
    transport,
    hashPassword: argon2id,
    passwordCost: PASSWORD_FLOOR,
    openStorage: async () => home.storage,
  },
  {
    token,
    account: newAccountId(random),
    username: 'ada',
    name: 'Ada',
    workspaceName: 'Harbour',
    password: 'correct horse battery',
  },
);
const engine = await openEngine({
  storage: home.storage,
  transport,
  live: null,
  crypto: tools,
  timer: (delay, task) => {
    const handle = setTimeout(task, delay);
    return () => clearTimeout(handle);
  },
  sourceOf: findSource,
});
engine.start();
await engine.idle();
const files = await engine.files();
const { id } = await engine.direct(engine.self.account);

const ownCpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function transfer(path: string): Promise<FilesWork> {
  const source = await openSource(path);
  const before = { own: ownCpu(), server: cpuOf(Number(server)) };
  let began = performance.now();
  const { id: pending } = await files.send(id, {
    text: '',
    files: [{ source, name: source.name, type: '', hint: writeHint(source.hint) }],
  });
  const file = (await files.sent(pending))?.files[0];
  const up = performance.now() - began;
  if (file === undefined) throw new Error('the file was not sent');
  const deviceCpu = (ownCpu() - before.own) / 1000;
  const serverCpu = (cpuOf(Number(server)) - before.server) / 1000;

  began = performance.now();
  let bytes = 0;
  for await (const part of files.open(file).read()) {
    bytes += part.length;
    // As the command line does, once it is written.
    giveBack(part);
  }
  const down = performance.now() - began;
  if (bytes !== source.size) throw new Error('the file did not come back whole');
  await files.remove(file.id);

  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
  return { up, down, deviceCpu, serverCpu, peak };
}

process.on('message', async (path: string) => process.send?.(await transfer(path)));
