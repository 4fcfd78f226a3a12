/** A message with files on its way, from a command that waits for it. */
import type { HistoryMessage } from '../client/engine-types.ts';
import type { Files, NewFile, PendingMessage, Upload } from '../client/files/types.ts';
import type { BodyId, ConversationId } from '../contract/ids.ts';
import type { Invocation } from './command.ts';
import type { Device } from './device.ts';
import { Failed, sentenceOf } from './failures.ts';
import { readHint } from './file-source.ts';
import { plain } from './output.ts';
import { ProgressLine } from './progress.ts';
import { sweepSpool } from './spool.ts';

export interface NewMessage {
  readonly conversation: ConversationId;
  readonly text: string;
  readonly replyTo: BodyId | null;
  readonly files: readonly NewFile[];
}

type Streams = Pick<Invocation, 'io' | 'output' | 'json'>;

interface Patience {
  /** Milliseconds without any progress, while the server cannot be reached or refuses, after which a command waits no longer. */
  readonly patience: number;
}
/** A server that restarts, a network that changes. */
export const PATIENCE_MS = 60_000;

/**
 * Sends it, or goes on with what an earlier command has begun of the very same. Resolves when it is in the outbox.
 * @throws Failed with what happens next
 */
export async function sendWithFiles(
  device: Device,
  { conversation, text, replyTo, files: given }: NewMessage,
  streams: Streams & Patience,
): Promise<HistoryMessage> {
  const files = await device.engine.files();
  const begun = (await files.pending(conversation)).find(
    (each) => each.text === text && each.replyTo === replyTo && isSameFiles(each.files, given),
  );
  const about = replyTo === null ? {} : { replyTo };
  const pending = begun ?? (await files.send(conversation, { text, ...about, files: given }));
  if (begun !== undefined) {
    await streams.output.note('Going on with what was begun before.');
    for (const [index, { id, state }] of begun.files.entries())
      if (state === 'lost' || state === 'failed') await files.retry(id, given[index]?.source);
  }
  files.resume();
  const said = await watched(device, files, pending, streams);
  if (said === null) throw new Failed('It was called off by another command: nothing was sent.');
  return said;
}

/** The same files of the disk, unchanged. */
const isSameFiles = (uploads: readonly Upload[], given: readonly NewFile[]): boolean =>
  uploads.length === given.length &&
  uploads.every(({ hint }, index) => hint !== null && hint === given[index]?.hint);

/** Goes on with what earlier commands have begun, unless another one is at it now; says what does not work. */
export async function finishEarlier(device: Device, streams: Streams & Patience): Promise<void> {
  // Most commands find none, and need nothing of all this.
  if ((await device.home.storage.list('files', { prefix: 'p/', limit: 1 })).length === 0) return;
  const files = await device.engine.files();
  const waiting = await files.pending();
  files.resume();
  for (const each of waiting) {
    if (device.home.uploads.isHeldElsewhere(each.id)) continue;
    const names = each.files.map(({ name }) => plain(name)).join(', ');
    await streams.output.note(`Going on with ${names}, which an earlier command has begun.`);
    await watched(device, files, each, streams).catch((error: unknown) =>
      streams.output.note(`${sentenceOf(error)} ${callOff(each.files[0]?.id ?? each.id)}`),
    );
  }
}

/** Removes what was kept of standard input and is sent, or will never be. */
export const sweep = ({ engine, home }: Device): Promise<void> =>
  sweepSpool(home.folder, async () => {
    const pending = await (await engine.files()).pending();
    const hints = pending.flatMap(({ files }) => files.map(({ hint }) => readHint(hint ?? '')));
    return hints.flatMap((hint) => hint?.path ?? []);
  });

/** Waits for a message, and shows how far it is. */
async function watched(
  { engine, server }: Device,
  files: Files,
  { id, conversation }: PendingMessage,
  { io, json, patience }: Streams & Patience,
): Promise<HistoryMessage | null> {
  const progress = new ProgressLine(io, json);
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => {});
  const endHearing = io.onInterrupt(() => stopped.reject(new Failed(`Stopped. ${GOES_ON}`)));
  let done = -1;
  let movedAt = performance.now();
  const look = async () => {
    if (server.signedOut) stopped.reject(await server.whySignedOut());
    const now = (await files.pending(conversation)).find((each) => each.id === id);
    if (now === undefined) return;
    const sum = now.files.reduce((bytes, file) => bytes + file.done, 0);
    if (sum !== done) movedAt = performance.now();
    done = sum;
    const current = now.files.find(({ state }) => state === 'running');
    if (current !== undefined) return progress.show(current.name, current.done, current.size);
    const reason = now.files.find(({ state }) => state === 'waiting')?.reason ?? null;
    if (reason !== null && performance.now() - movedAt >= patience)
      stopped.reject(new Failed(`Not sent yet: ${reason} ${GOES_ON}`));
  };
  let looking = Promise.resolve();
  const lookAgain = () => {
    looking = looking.then(look).catch(stopped.reject);
  };
  const endListening = engine.subscribe(({ type }) => {
    if (type === 'uploads') lookAgain();
  });
  const timer = setInterval(lookAgain, LOOK_MS);
  try {
    return await Promise.race([files.sent(id), stopped.promise]);
  } finally {
    clearInterval(timer);
    endListening();
    endHearing();
    await looking;
    progress.clear();
  }
}

/** Milliseconds between two looks at what says nothing by itself: that nothing has moved, or another command has. */
const LOOK_MS = 500;

const GOES_ON = 'It goes on when the same command is given again, or with the next send or listen.';

/** How a person ends what will not be sent. */
export const callOff = (id: string): string => `"files --forget ${id}" calls it off.`;
