/** `files`: which files this device knows, and what becomes of them. */
import type { FileFilter, Files, KeptFile, PendingMessage } from '../../client/files/types.ts';
import { type FileId, isFileId } from '../../contract/files.ts';
import type { Command, Invocation } from '../command.ts';
import { type Device, synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { printFiles, printUploads, printUsage } from '../listing-files.ts';
import { findKept } from '../naming-files.ts';
import { timeOf } from '../output.ts';
import { conversationOf, findConversation } from '../people.ts';
import { lifetime } from '../values.ts';

/** What is done instead of listing; one at a time. */
const ACTIONS = ['versions', 'restore', 'forget', 'expires'] as const;

export const files: Command = async (invocation) => {
  const { option, isSet, output } = invocation;
  const wanted = ACTIONS.filter((action) => option(action) !== null);
  if (wanted.length + (isSet('usage') ? 1 : 0) > 1)
    throw new WrongUse('Say one of --versions, --restore, --forget, --expires and --usage.');
  const [action] = wanted;
  const [id = '', until] = action === undefined ? [] : (option(action) ?? '').split('=');
  if (action !== undefined && !isFileId(id))
    throw new WrongUse(`A file is named by its 32 hexadecimal digits, not "${id}".`);
  const life = action === 'expires' ? lifetime('expires FILE', until ?? '') : null;
  const filter = filterOf(invocation);

  await withDevice(invocation, async (device) => {
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device has.');
    const all = await device.engine.files();
    if (isSet('usage')) return printUsage(output, await all.usage());
    if (action === undefined || !isFileId(id)) return list(device, all, filter, invocation);
    switch (action) {
      case 'versions':
        return printFiles(device, output, await all.versions(id, await conversationIn(device, invocation)));
      case 'restore': {
        const said = await all.restore(id, await conversationIn(device, invocation));
        await device.engine.flush();
        return output.event('sent', { id: said.id }, 'This version is the newest one again.');
      }
      case 'forget':
        return forget(device, all, id, output);
      case 'expires': {
        const expiresAt = life === null ? null : Date.now() + life;
        await all.setExpiry(id, expiresAt);
        const kept = await findKept(device.engine, id);
        if (kept !== null) return printFiles(device, output, [kept]);
        return output.remark(
          expiresAt === null ? 'It stays.' : `The server deletes it ${timeOf(expiresAt)}.`,
        );
      }
    }
  });
};

async function list(device: Device, all: Files, filter: FileFilter, invocation: Invocation): Promise<void> {
  const { output } = invocation;
  const conversation = await conversationIn(device, invocation);
  const where = conversation === undefined ? {} : { conversation };
  const found = await all.list({ ...filter, ...where });
  const pending = await all.pending(conversation);
  await printFiles(device, output, found);
  await printUploads(output, pending);
  if (found.length === 0 && pending.length === 0) await output.remark('No files yet.');
}

/** Calls off an upload, or has the server delete a file of one's own. */
async function forget(device: Device, all: Files, id: FileId, output: Invocation['output']): Promise<void> {
  const isOnItsWay = (await all.pending()).some((each: PendingMessage) =>
    each.files.some((file) => file.id === id),
  );
  if (isOnItsWay) {
    await all.cancel(id);
    return output.event('forgotten', { id }, 'Called off: it is not sent.');
  }
  const kept: KeptFile | null = await findKept(device.engine, id);
  if (kept === null) throw new Failed('There is no such file on this device.');
  if (!kept.mine) throw new Failed('This file is not yours: only who sent it can have it deleted.');
  await all.remove(id);
  await output.event('forgotten', { id }, 'The server has deleted it. Messages keep its name.');
}

async function conversationIn(device: Device, { option }: Invocation) {
  const [person, id] = [option('with'), option('conversation')];
  if (person === null && id === null) return undefined;
  return findConversation(device, conversationOf({ person, id, option: 'with' }));
}

function filterOf({ option }: Invocation): FileFilter {
  const query = option('query');
  const kind = oneOf('kind', option('kind'), ['image', 'video', 'audio', 'document', 'other'] as const);
  const sort = oneOf('sort', option('sort'), ['newest', 'oldest', 'name', 'size'] as const);
  return {
    ...(query === null ? {} : { query }),
    ...(kind === null ? {} : { kind }),
    ...(sort === null ? {} : { sort }),
  };
}

/** @throws WrongUse */
function oneOf<T extends string>(name: string, value: string | null, words: readonly T[]): T | null {
  if (value === null) return null;
  const word = words.find((each) => each === value);
  if (word === undefined) throw new WrongUse(`--${name} takes ${words.join(', ')}, not "${value}".`);
  return word;
}
