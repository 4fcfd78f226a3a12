/** Files as commands print them. */
import type { KeptFile, PendingMessage } from '../client/files/types.ts';
import type { FileUsage } from '../contract/files.ts';
import type { Device } from './device.ts';
import { aligned, type Output, timeOf } from './output.ts';
import { Names } from './people.ts';
import { sizeOf } from './progress.ts';

/** Prints each, one a line. */
export async function printFiles(
  { engine }: Device,
  output: Output,
  files: readonly KeptFile[],
): Promise<void> {
  const names = new Names(engine);
  const senders = await Promise.all(files.map((each) => names.byAccount(each.sender.account, each)));
  const lines = aligned(files.map((each, index) => rowOf(each, senders[index] ?? '')));
  for (const [index, each] of files.entries()) {
    const { file, message, conversation, mine, sentAt, superseded } = each;
    const { id, name, type, size, series, version, expiresAt } = file;
    await output.event(
      'file',
      {
        id,
        message,
        conversation,
        sender: senders[index] ?? '',
        account: each.sender.account,
        name,
        type,
        size,
        series,
        version,
        superseded,
        sentAt,
        expiresAt,
        mine,
      },
      lines[index] ?? '',
    );
  }
}

function rowOf({ file, sentAt, superseded }: KeptFile, sender: string): string[] {
  const { id, name, size, version, expiresAt } = file;
  const isOver = expiresAt !== null && expiresAt <= Date.now();
  return [
    name,
    sizeOf(size),
    version > 1 || superseded ? `version ${version}` : '',
    sender,
    timeOf(sentAt),
    expiresAt === null ? '' : `${isOver ? 'deleted' : 'until'} ${timeOf(expiresAt)}`,
    id,
  ];
}

/** Prints what is on its way, one file a line. */
export async function printUploads(output: Output, pending: readonly PendingMessage[]): Promise<void> {
  for (const { id: message, conversation, files } of pending)
    for (const { id, name, type, size, done, state, reason } of files) {
      const [line = ''] = aligned([
        [name, sizeOf(size), `on its way, ${sizeOf(done)} sent`, id, reason ?? ''],
      ]);
      await output.event(
        'upload',
        { id, message, conversation, name, type, size, done, state, reason },
        line,
      );
    }
}

/** Prints what one's own files take. */
export async function printUsage(output: Output, usage: FileUsage): Promise<void> {
  const { used, limit, workspaceUsed, workspaceLimit, maxFileBytes, defaultExpiryDays } = usage;
  const lines = [
    `your files   ${sizeOf(used)} of ${sizeOf(limit)}`,
    `everybody's  ${sizeOf(workspaceUsed)} of ${sizeOf(workspaceLimit)}`,
    `one file     ${sizeOf(maxFileBytes)} at most`,
    ...(defaultExpiryDays === null
      ? []
      : [`deleted      after ${defaultExpiryDays} days, unless you say another time`]),
  ];
  await output.event(
    'usage',
    { used, limit, workspaceUsed, workspaceLimit, maxFileBytes, defaultExpiryDays },
    lines.join('\n'),
  );
}
