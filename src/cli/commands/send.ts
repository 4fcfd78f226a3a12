/** `send`: a text, files, or both, into one conversation. */
import { MAX_FILES_PER_MESSAGE } from '../../contract/files.ts';
import { MAX_CONTENT_BYTES } from '../../contract/limits.ts';
import type { Command, Invocation } from '../command.ts';
import { atMost, type Device, synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { bodyIdOf } from '../messages.ts';
import { findFiles, onlyFile } from '../naming-files.ts';
import { newFile } from '../new-files.ts';
import { conversationOf, findConversation } from '../people.ts';
import { finishEarlier, PATIENCE_MS, sendWithFiles, sweep } from '../sending-files.ts';
import { removeSpooled, settleSpool, spool } from '../spool.ts';
import { lifetime } from '../values.ts';

/** Milliseconds for taking in what waits; the rest is taken in beside the sending, or by the next command. */
const SYNC_MS = 5000;
/** How standard input is called when nobody says it. */
const INPUT_NAME = 'standard input';

export const send: Command = async (invocation) => {
  const { home, option, options, rest, output, io } = invocation;
  const where = conversationOf({ person: option('to'), id: option('conversation'), option: 'to' });
  const answers = option('reply-to');
  const replyTo = answers === null ? null : bodyIdOf(answers);
  const paths = options('file');
  checkFiles(invocation, paths);
  const [given = paths.length === 0 ? '-' : ''] = rest;
  const text = given === '-' ? (await io.readInput(MAX_CONTENT_BYTES)).replace(/\r?\n$/, '') : given;
  const spooled = paths.includes('-') ? await spool(home, io.input()) : null;

  await withDevice({ home, output }, async (device) => {
    const { engine } = device;
    // What waits comes first: it is older than this message, and what is queued is sent before it.
    let isReached = true;
    await atMost(
      SYNC_MS,
      synchronise(device).then((reached) => {
        isReached = reached;
      }),
    );
    const streams = { ...invocation, patience: isReached ? PATIENCE_MS : 0 };
    const conversation = await findConversation(device, where);
    const input = spooled === null ? null : await settleSpool(spooled);
    const composed =
      paths.length === 0
        ? await engine.send(conversation, text, replyTo === null ? {} : { replyTo })
        : await sendWithFiles(
            device,
            { conversation, text, replyTo, files: await describe(device, invocation, paths, input) },
            streams,
          );
    await engine.flush();
    await tellOutcome(device, invocation, composed.id);
    if (input !== null) await removeSpooled(input);
    await finishEarlier(device, streams);
    await sweep(device);
  });
};

/** @throws WrongUse for options that do not go together */
function checkFiles({ option, isSet, rest }: Invocation, paths: readonly string[]): void {
  const inputs = paths.filter((path) => path === '-').length;
  if (paths.length > MAX_FILES_PER_MESSAGE)
    throw new WrongUse(
      `A message holds ${MAX_FILES_PER_MESSAGE} files at most: send the others in another one.`,
    );
  if (inputs > 1 || (inputs === 1 && rest[0] === '-'))
    throw new WrongUse('Standard input can be one thing: the text, or one of the files.');
  if (option('name') !== null && inputs === 0)
    throw new WrongUse('--name names standard input: add --file -.');
  if (option('new-version-of') !== null && paths.length !== 1)
    throw new WrongUse('--new-version-of takes one --file.');
  if (paths.length === 0 && (option('expires') !== null || isSet('keep-location')))
    throw new WrongUse('--expires and --keep-location are about files: name one with --file.');
}

/** @param input where standard input was put */
async function describe(
  device: Device,
  { option, isSet }: Invocation,
  paths: readonly string[],
  input: string | null,
) {
  const older = option('new-version-of');
  const life = lifetime('expires', option('expires') ?? 'never');
  const about = {
    keepLocation: isSet('keep-location'),
    expiresAt: life === null ? null : Date.now() + life,
    replaces: older === null ? null : onlyFile((await findFiles(device, older)).files).id,
  };
  return Promise.all(
    paths.map((path) =>
      path === '-' && input !== null
        ? newFile(input, option('name') ?? INPUT_NAME, about)
        : newFile(path, null, about),
    ),
  );
}

async function tellOutcome(
  { engine }: Device,
  { output }: Invocation,
  sent: Parameters<typeof engine.message>[0],
) {
  const message = await engine.message(sent);
  if (message === null) throw new Failed('This message has disappeared meanwhile: its time was over.');
  const { id, status, reason, files } = message;
  if (status === 'Failed') throw new Failed(reason ?? 'The server refused this message.');
  const about = files.map(({ id, name, type, size, version }) => ({ id, name, type, size, version }));
  const fields = files.length === 0 ? { id } : { id, files: about };
  if (status !== 'Sending') return output.event('sent', fields, 'Sent.');
  await output.event(
    'queued',
    fields,
    'Queued: the server takes no messages now. The next command sends it.',
  );
}
