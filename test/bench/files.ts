/**
 * Sending a file and fetching it again, beside the least that this takes on the same machine in the same run: the same bytes read,
 * sealed and hashed natively and written to the disk, and back. No server, no protocol, no checks.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../support/server.ts';
import type { FilesWork, Times } from './files-work.ts';
import { median } from './seal-work.ts';

const CHUNK = 1024 * 1024;
const TAG = 16;
/** As the product does: chunks at a time. */
const PARALLEL = 4;

/** How often each is measured, in turns: whoever is first writes into memory that the machine has to find, and its disk has moods. */
const ROUNDS = 5;

export interface FilesCost {
  /** Medians. */
  readonly sotto: FilesWork;
  readonly floor: Times;
}

/** @param size bytes, a multiple of a chunk */
export async function filesCost(size: number): Promise<FilesCost | null> {
  // The highest that a process ever held is in /proc.
  if (!existsSync('/proc/self/status')) return null;
  const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'));
  const server = await startServer();
  const token = server.setupLink?.split('#')[1] ?? '';
  const device = startDevice(server.url, token, join(folder, 'ada'), String(server.pid));
  try {
    const path = join(folder, 'file.bin');
    await makeFile(path, size);
    const floor: Times[] = [];
    const sotto: FilesWork[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      floor.push(await floorOf(path, size, folder));
      sotto.push(await device.transfer(path));
    }
    const of = <T>(all: readonly T[], key: keyof T) => median(all.map((each) => Number(each[key])));
    return {
      floor: { up: of(floor, 'up'), down: of(floor, 'down') },
      sotto: {
        up: of(sotto, 'up'),
        down: of(sotto, 'down'),
        deviceCpu: of(sotto, 'deviceCpu'),
        serverCpu: of(sotto, 'serverCpu'),
        peak: Math.max(...sotto.map(({ peak }) => peak)),
      },
    };
  } finally {
    device.kill();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file of noise, each chunk of which is another one. */
export async function makeFile(path: string, size: number): Promise<void> {
  const file = await open(path, 'w');
  const noise = new Uint8Array(CHUNK);
  for (let at = 0; at < CHUNK; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
  for (let at = 0; at < size; at += CHUNK) {
    noise[0] = (at / CHUNK) & 255;
    await file.write(noise, 0, CHUNK, at);
  }
  await file.sync();
  await file.close();
}

/** A device of its own process, that sends a file and fetches it again whenever it is asked. */
function startDevice(...args: readonly string[]) {
  let answer: PromiseWithResolvers<FilesWork> | null = null;
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'files-work.ts'), ...args], {
    stdout: 'inherit',
    stderr: 'inherit',
    ipc: (work: FilesWork) => answer?.resolve(work),
    onExit: () => answer?.reject(new Error('the file was not sent')),
  });
  return {
    transfer(path: string): Promise<FilesWork> {
      answer = Promise.withResolvers();
      child.send(path);
      return answer.promise;
    },
    kill: () => child.kill(),
  };
}

/** Leaves nothing behind: the machine has its memory back. */
async function floorOf(path: string, size: number, folder: string): Promise<Times> {
  const sealedPath = join(folder, 'sealed.bin');
  const copyPath = join(folder, 'copy.bin');
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const algorithm = (n: number) => ({
    name: 'AES-GCM',
    iv: new Uint8Array(new Uint32Array([n, 0, 0]).buffer),
  });
  const plain = await open(path, 'r');
  const sealed = await open(sealedPath, 'w+');
  const copy = await open(copyPath, 'w');
  const each = async (work: (n: number) => Promise<void>): Promise<number> => {
    const began = performance.now();
    const left = Array.from({ length: size / CHUNK }, (_, n) => n).values();
    const worker = async () => {
      for (const n of left) await work(n);
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    await sealed.sync();
    return performance.now() - began;
  };
  const read = async (file: typeof plain, from: number, length: number) => {
    const bytes = new Uint8Array(length);
    await file.read(bytes, 0, length, from);
    return bytes;
  };
  const up = await each(async (n) => {
    const chunk = await crypto.subtle.encrypt(algorithm(n), key, await read(plain, n * CHUNK, CHUNK));
    await crypto.subtle.digest('SHA-256', chunk);
    await sealed.write(new Uint8Array(chunk), 0, CHUNK + TAG, n * (CHUNK + TAG));
  });
  const down = await each(async (n) => {
    const chunk = await read(sealed, n * (CHUNK + TAG), CHUNK + TAG);
    await crypto.subtle.digest('SHA-256', chunk);
    const bytes = await crypto.subtle.decrypt(algorithm(n), key, chunk);
    await copy.write(new Uint8Array(bytes), 0, CHUNK, n * CHUNK);
  });
  for (const file of [plain, sealed, copy]) await file.close();
  for (const each of [sealedPath, copyPath]) rmSync(each);
  return { up, down };
}
