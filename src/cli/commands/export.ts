/** `export`: messages on this device as a file. */
import { open, rename, rm } from 'node:fs/promises';
import type { ExportFormat } from '../../contract/export.ts';
import type { Command } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { fileProblem, WrongUse } from '../failures.ts';
import { conversationOf, findConversation } from '../people.ts';

/** Only the person's own account reads it: nothing in it is encrypted. */
const MODE = 0o600;

export const exportHistory: Command = async (invocation) => {
  const { option, required, output, io } = invocation;
  const out = required('out');
  const format = formatOf(option('format') ?? 'json');
  const [person, id] = [option('with'), option('conversation')];
  const where = person === null && id === null ? null : conversationOf({ person, id, option: 'with' });
  await withDevice(invocation, async (device) => {
    if (!(await synchronise(device)))
      await output.note('The server cannot be reached: this is what the device has, without certificates.');
    const conversation = where === null ? null : await findConversation(device, where);
    let messages = 0;
    const archive = await device.engine.archive();
    const pieces = archive.export({ conversation, format, progress: (n) => (messages = n) });
    if (out === '-') for await (const piece of pieces) await io.print(piece);
    else await writeFile(out, pieces);
    const said = `${messages} ${messages === 1 ? 'message' : 'messages'}`;
    if (out === '-') await output.note(`Exported ${said}, not encrypted.`);
    else
      await output.event(
        'exported',
        { messages },
        `Exported ${said} to ${out}. It is not encrypted: keep it safe.`,
      );
  });
};

function formatOf(name: string): ExportFormat {
  if (name === 'json' || name === 'markdown') return name;
  throw new WrongUse(`--format takes json or markdown, not "${name}".`);
}

/** The file is there whole, or not at all. */
async function writeFile(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w', MODE);
    try {
      for await (const piece of pieces) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw fileProblem(error, path);
  }
}
