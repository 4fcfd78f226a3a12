/** Files by what a command was given: the id of a message or of a file, a name, or a number. */
import type { Engine } from '../client/engine-types.ts';
import type { KeptFile } from '../client/files/types.ts';
import type { FileView } from '../client/files/view.ts';
import { type FileId, isFileId } from '../contract/files.ts';
import { type BodyId, type ConversationId, isBodyId } from '../contract/ids.ts';
import { type Device, synchronise } from './device.ts';
import { Failed, WrongUse } from './failures.ts';
import { plain } from './output.ts';

/** The files that an id speaks of, and where they were said. */
export interface NamedFiles {
  readonly message: BodyId;
  readonly conversation: ConversationId;
  readonly files: readonly FileView[];
}

/**
 * Everything that came with a message, or one file by its own id. Both are 32 hexadecimal digits, at random.
 * @throws WrongUse, Failed
 */
export async function findFiles(device: Device, id: string): Promise<NamedFiles> {
  if (!isBodyId(id))
    throw new WrongUse(`A message or a file is named by its 32 hexadecimal digits, not "${id}".`);
  const found = (await lookUp(device, id)) ?? ((await synchronise(device)) ? await lookUp(device, id) : null);
  if (found === null) throw new Failed('There is no such message or file on this device.');
  if (found.files.length === 0) throw new Failed('No file came with this message.');
  return found;
}

async function lookUp({ engine }: Device, id: BodyId): Promise<NamedFiles | null> {
  const message = await engine.message(id);
  if (message !== null)
    return { message: message.id, conversation: message.conversation, files: message.files };
  const kept = isFileId(id) ? await findKept(engine, id) : null;
  return kept && { message: kept.message, conversation: kept.conversation, files: [kept.file] };
}

/** A file that this device knows, any version; null for none. */
export async function findKept(engine: Engine, id: FileId): Promise<KeptFile | null> {
  const all = await (await engine.files()).list({ latest: false });
  return all.find(({ file }) => file.id === id) ?? null;
}

/** The one that --file means: by its name, or else by its number from 1. @throws Failed with their names */
export function chooseFile(files: readonly FileView[], wanted: string): FileView {
  const named = files.filter(({ name }) => name === wanted);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const numbered = /^\d+$/.test(wanted) ? files[Number(wanted) - 1] : undefined;
  if (numbered !== undefined && named.length === 0) return numbered;
  throw new Failed(
    named.length > 1
      ? `Several files are called "${wanted}": use a number instead. ${listOf(files)}`
      : `This message has no file "${wanted}". ${listOf(files)}`,
  );
}

/** The one file that something is about. @throws Failed with the names when there are several */
export function onlyFile(files: readonly FileView[]): FileView {
  const [only] = files;
  if (only === undefined || files.length > 1)
    throw new Failed(`Say which file with --file. ${listOf(files)}`);
  return only;
}

const listOf = (files: readonly FileView[]) =>
  `It has: ${files.map(({ name }, index) => `${index + 1}. ${plain(name)}`).join(', ')}.`;
