/** `download`: files of a message, to a folder or to standard output. */
import { FileProblem } from '../../client/files/types.ts';
import type { FileView } from '../../client/files/view.ts';
import type { Command } from '../command.ts';
import { withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { chooseFile, findFiles, onlyFile } from '../naming-files.ts';
import { plain } from '../output.ts';
import { ProgressLine, sizeOf } from '../progress.ts';
import { openFolder, printFile, saveFile } from '../saving.ts';

export const download: Command = async ({ home, option, required, rest, json, output, io }) => {
  const out = required('out');
  const wanted = option('file');
  const [id] = rest;
  if (id === undefined) throw new WrongUse('Say which message: its 32 hexadecimal digits.');
  if (out !== '-') await openFolder(out);

  const stopping = new AbortController();
  const endHearing = io.onInterrupt(() => stopping.abort());
  const progress = new ProgressLine(io, json);
  const saving = { signal: stopping.signal, progress };
  try {
    await withDevice({ home, output }, async (device) => {
      const { message, files } = await findFiles(device, id);
      const chosen = wanted === null ? files : [chooseFile(files, wanted)];
      if (out === '-') {
        await printFile(device, onlyFile(chosen), io, saving);
        return;
      }
      const failed: string[] = [];
      for (const file of chosen) {
        try {
          const { path, bytes } = await saveFile(device, file, out, saving);
          await output.event(
            'downloaded',
            { id: file.id, message, name: file.name, type: file.type, path, bytes },
            `${plain(path)}  ${sizeOf(bytes)}`,
          );
        } catch (error) {
          if (!(error instanceof FileProblem)) throw error;
          // What is wrong with one file is not wrong with the next.
          failed.push(whyNot(file, error));
        }
      }
      if (failed.length > 0) throw new Failed(failed.join('\n'));
    });
  } catch (error) {
    if (stopping.signal.aborted) throw new Failed('Stopped. The same command goes on where it was.');
    throw error;
  } finally {
    endHearing();
  }
};

/** A sentence, and what was fetched of it. */
export const whyNot = ({ name }: FileView, { message }: FileProblem): string => `${plain(name)}: ${message}`;
