/** Files of messages on their way to the disk, or to standard output. */
import { lstat, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileName } from '../client/files/name.ts';
import type { Wait } from '../client/files/patience.ts';
import { type PrefixTools, verifiedPrefix } from '../client/files/prefix.ts';
import type { FileView } from '../client/files/view.ts';
import { giveBack } from '../contract/bytes.ts';
import { cliCrypto } from './crypto.ts';
import type { Device } from './device.ts';
import { Failed, fileProblem } from './failures.ts';
import { openSource } from './file-source.ts';
import type { Io } from './io.ts';
import { copyName, PartFile, partName } from './part-file.ts';
import type { ProgressLine } from './progress.ts';

export interface Saved {
  readonly path: string;
  readonly bytes: number;
}

interface Saving {
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** What is there already, whole and verified, is not fetched again. */
  readonly isOnce?: boolean;
}

/** Files of one name that are looked at to find the one that is there already. */
const MOST_LOOKED_AT = 20;

/** The folder, made when it is not there. @throws Failed when it cannot be had */
export async function openFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileProblem(error, folder);
  }
  if (!(await stat(folder)).isDirectory()) throw new Failed(`${folder} is a file: name a folder.`);
}

/**
 * Saves a file in a folder, under its cleaned name or the next one that is free. What was cut off stays beside it, and is gone on with by
 * calling again; nothing that was not verified is ever written.
 *
 * @throws FileProblem, Failed, AbortError
 */
export async function saveFile(
  { engine, server }: Device,
  file: FileView,
  folder: string,
  { signal, progress, isOnce = false }: Saving,
): Promise<Saved> {
  const name = fileName(file.name);
  const target = join(folder, name);
  const tools = { provider: cliCrypto.provider, transport: server.transport.files, wait };
  try {
    const there = isOnce ? await findSaved(tools, file, folder, signal) : null;
    if (there !== null) return { path: there, bytes: file.size };
    const part = await PartFile.open(join(folder, partName(name, file.id)));
    try {
      const from = await verifiedPrefix(tools, file, await part.source(), signal);
      await part.cut(from);
      let at = from;
      progress.show(name, at, file.size);
      if (from < file.size || file.size === 0) {
        const opened = (await engine.files()).open(file);
        for await (const bytes of opened.read(from, file.size, { signal })) {
          await part.write(bytes, at);
          at += bytes.length;
          giveBack(bytes);
          progress.show(name, at, file.size);
        }
      }
      if (at !== file.size) throw new Failed(`${name} ended early: run the command again.`);
    } finally {
      progress.clear();
      await part.close();
    }
    return { path: await part.finish(folder, name), bytes: file.size };
  } catch (error) {
    throw fileProblem(error, target);
  }
}

/** Where it was saved before, by an earlier command that was killed before it could say so; null when it was not. */
async function findSaved(
  tools: PrefixTools,
  file: FileView,
  folder: string,
  signal: AbortSignal,
): Promise<string | null> {
  for (let n = 0; n < MOST_LOOKED_AT; n++) {
    const path = join(folder, copyName(fileName(file.name), n));
    const found = await lstat(path).catch(() => null);
    if (found === null) return null;
    if (!found.isFile() || found.size !== file.size) continue;
    const source = await openSource(path).catch(() => null);
    if (source === null) continue;
    if (file.size === 0 || (await verifiedPrefix(tools, file, source, signal)) === file.size) return path;
  }
  return null;
}

/** Writes a file to standard output. @throws FileProblem, AbortError */
export async function printFile(
  { engine }: Device,
  file: FileView,
  io: Io,
  { signal, progress }: Saving,
): Promise<Saved> {
  let done = 0;
  try {
    for await (const bytes of (await engine.files()).open(file).read(0, file.size, { signal })) {
      await io.print(bytes);
      done += bytes.length;
      progress.show(file.name, done, file.size);
    }
  } finally {
    progress.clear();
  }
  return { path: '-', bytes: done };
}

const wait: Wait = (delay, signal) => sleep(delay, undefined, { signal });
