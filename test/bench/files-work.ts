/**
 * One person's device in a process of its own: sends a file to itself through a real server and reads it back. Prints FilesWork as JSON.
 * Arguments: server, set-up token, file, folder for the device.
 */
import { readFileSync } from 'node:fs';
import { findSource, openSource, writeHint } from '../../src/cli/file-source.ts';
import { Home } from '../../src/cli/home.ts';
import { openEngine } from '../../src/client/engine.ts';
import { newAccountId, register } from '../../src/client/enrol.ts';
import { httpTransport } from '../../src/client/http-transport.ts';
import { PARALLEL_CHUNKS } from '../../src/contract/files.ts';
import { SpareBytes } from '../../src/contract/spare-bytes.ts';
import { runtime } from '../../src/native/runtime.ts';
import { argon2id, PASSWORD_FLOOR } from '../../src/protocol/password.ts';

export interface FilesWork {
  /** Milliseconds. */
  readonly up: number;
  readonly down: number;
  /** Megabytes that this process held at most, resident. */
  readonly peak: number;
}

const [origin = '', token = '', path = '', folder = ''] = process.argv.slice(2);
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
let cookie = '';
const transport = httpTransport({
  origin,
  spare: new SpareBytes(PARALLEL_CHUNKS),
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
const source = await openSource(path);

let began = performance.now();
const { id: pending } = await files.send(id, {
  text: '',
  files: [{ source, name: source.name, type: '', hint: writeHint(source.hint) }],
});
const file = (await files.sent(pending))?.files[0];
const up = performance.now() - began;
if (file === undefined) throw new Error('the file was not sent');

began = performance.now();
let bytes = 0;
for await (const part of files.open(file).read()) bytes += part.length;
const down = performance.now() - began;
if (bytes !== source.size) throw new Error('the file did not come back whole');

const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
process.stdout.write(JSON.stringify({ up, down, peak } satisfies FilesWork));
process.exit(0);
