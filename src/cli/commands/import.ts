/** `import`: takes the messages of a file. */
import type { Imported, Pieces } from '../../client/archive/types.ts';
import type { Command, Invocation } from '../command.ts';
import { synchronise, withDevice } from '../device.ts';
import { Failed, fileProblem, WrongUse } from '../failures.ts';
import { conversationOf, findConversation } from '../people.ts';

/** Between two words about progress, in milliseconds. */
const TOLD_EVERY_MS = 2000;

export const importHistory: Command = async (invocation) => {
  const { option, rest, output } = invocation;
  const [path] = rest;
  if (path === undefined || path === '') throw new WrongUse('Say which file to import, or "-".');
  const [person, id] = [option('with'), option('conversation')];
  const where = person === null && id === null ? null : conversationOf({ person, id, option: 'with' });
  await withDevice(invocation, async (device) => {
    await synchronise(device);
    const into = where === null ? null : await findConversation(device, where);
    const archive = await device.engine.archive();
    // What comes through a pipe cannot be looked at twice.
    if (path !== '-') await taken(archive.check(piecesOf(path)), path);
    const imported = await taken(archive.import(piecesOf(path), { into, progress: teller(output) }), path);
    await tell(output, imported);
  });
};

async function taken<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // The decoder's word for bytes that are no text.
    if (error instanceof TypeError) throw new Failed(`${path} is not UTF-8 text.`);
    throw fileProblem(error, path);
  }
}

async function* piecesOf(path: string): Pieces {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = (path === '-' ? Bun.stdin : Bun.file(path)).stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read())
    yield decoder.decode(next.value, { stream: true });
  yield decoder.decode();
}

function teller(output: Invocation['output']): (messages: number) => void {
  let toldAt = Date.now();
  return (messages) => {
    if (Date.now() - toldAt < TOLD_EVERY_MS) return;
    toldAt = Date.now();
    void output.note(`Importing: ${messages} messages so far.`);
  };
}

async function tell(output: Invocation['output'], imported: Imported): Promise<void> {
  const { added, known, refused, verified, isCut } = imported;
  await output.event(
    'imported',
    { added, known, refused, verified },
    `Added ${added}, of them ${verified} verified; ${known} were here already.`,
  );
  if (refused > 0)
    await output.note(
      `${refused} were not taken: they are over, were deleted here, or belong to a conversation that you are not in. Name one with --conversation to take those.`,
    );
  if (isCut) await output.note('The file has no end: a part of it is missing.');
}
