/** `request` and `requests`: links by which people without an account hand files in. */
import type { FileRequestLink, Sharing } from '../../client/files/sharing-types.ts';
import { type FileId, isFileId, MAX_FILE_BYTES } from '../../contract/files.ts';
import { fileRequestUrl } from '../../contract/paths.ts';
import { type FileRequestId, isFileRequestId } from '../../contract/shares.ts';
import type { Command, Invocation } from '../command.ts';
import { type Device, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { plain, timeOf } from '../output.ts';
import { conversationOf, findConversation } from '../people.ts';
import { sizeOf } from '../progress.ts';
import { lifetime, wholeNumber } from '../values.ts';

const DEFAULT_LIFE = '14d';
const DEFAULT_FILES = 10;
const MIB = 1024 * 1024;

export const request: Command = async (invocation) => {
  const { option, required, output } = invocation;
  const title = required('title');
  const life = lifetime('expires', option('expires') ?? DEFAULT_LIFE);
  if (life === null) throw new WrongUse('A file request ends some time: give it a year at most.');
  const files = wholeNumber('files', option('files') ?? String(DEFAULT_FILES));
  const largest = option('largest');
  const maxFileBytes = largest === null ? MAX_FILE_BYTES : wholeNumber('largest', largest) * MIB;
  await withDevice(invocation, async (device) => {
    const sharing = await device.engine.sharing();
    const made = await sharing.request({ title, expiresAt: Date.now() + life, files, maxFileBytes });
    await device.engine.flush();
    const shown = fieldsOf(made, device.server.origin);
    await output.event('request', shown, shown.url ?? '');
  });
};

/** What is done instead of listing; one at a time. */
const ACTIONS = ['revoke', 'keep', 'throw-away'] as const;

export const requests: Command = async (invocation) => {
  const { option, output } = invocation;
  const wanted = ACTIONS.filter((action) => option(action) !== null);
  if (wanted.length > 1) throw new WrongUse('Say one of --revoke, --keep and --throw-away.');
  const [action] = wanted;
  const id = action === undefined ? '' : (option(action) ?? '');
  if (action === 'revoke' ? !isFileRequestId(id) : action !== undefined && !isFileId(id))
    throw new WrongUse(`It is named by its 32 hexadecimal digits, not "${id}".`);
  await withDevice(invocation, async (device) => {
    const sharing = await device.engine.sharing();
    if (action === 'revoke' && isFileRequestId(id)) {
      await sharing.endRequest(id);
      return output.event('ended', { id }, 'The file request is over; what was not kept is deleted.');
    }
    const all = await sharing.requests();
    if (action === undefined || !isFileId(id)) return list(all, device, output);
    const from = requestOf(all, id);
    if (action === 'throw-away') {
      await sharing.throwAway(from, id);
      return output.event('forgotten', { id }, 'Thrown away: the server has deleted it.');
    }
    await keep(sharing, { request: from, file: id }, device, invocation);
  });
};

async function keep(
  sharing: Sharing,
  what: { readonly request: FileRequestId; readonly file: FileId },
  device: Device,
  { option, output }: Invocation,
): Promise<void> {
  const [person, id] = [option('with'), option('conversation')];
  const conversation =
    person === null && id === null
      ? (await device.engine.direct(device.engine.self.account)).id
      : await findConversation(device, conversationOf({ person, id, option: 'with' }));
  const said = await sharing.keep(what.request, what.file, conversation);
  await device.engine.flush();
  await output.event('sent', { id: said.id, files: said.files.map((file) => file.id) }, 'Kept.');
}

function requestOf(all: readonly FileRequestLink[], file: FileId): FileRequestId {
  const found = all.find(({ received }) => received.some((each) => each.id === file));
  if (found === undefined) throw new Failed('No such file has been handed in, or it was dealt with already.');
  return found.id;
}

async function list(all: readonly FileRequestLink[], device: Device, output: Invocation['output']) {
  for (const each of all) {
    const shown = fieldsOf(each, device.server.origin);
    await output.event('request', shown, lineOf(each, shown.url));
    for (const { id, size, receivedAt, file } of each.received)
      await output.event(
        'received',
        { id, request: each.id, name: file?.name ?? null, type: file?.type ?? null, size, receivedAt },
        `  ${id}  ${file === null ? '(does not open here)' : plain(file.name)}  ${sizeOf(size)}  ${timeOf(receivedAt)}`,
      );
  }
  if (all.length === 0) await output.remark('No file requests.');
}

const fieldsOf = (
  { id, title, key, expiresAt, files, maxFileBytes, received }: FileRequestLink,
  origin: string,
) => ({
  id,
  title,
  url: key === null ? null : fileRequestUrl(origin, id, key),
  expiresAt,
  files,
  maxFileBytes,
  received: received.length,
});

const lineOf = ({ id, title, expiresAt, received }: FileRequestLink, url: string | null): string =>
  `${id}  ${title === null ? '(made on a device that has not told this one)' : plain(title)}, until ${timeOf(expiresAt)}, ${received.length} waiting${url === null ? '' : `\n  ${url}`}`;
