/** What waits to be sent, for each conversation, as long as the page lives. */
import { fitPreviews } from '../../client/files/preview-budget.ts';
import type { NewFile, PendingMessage } from '../../client/files/types.ts';
import { type FileId, MAX_FILE_BYTES } from '../../contract/files.ts';
import type { BodyId, ConversationId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import type { Given } from '../composer-files.ts';
import { engine } from '../session.ts';
import { admitFiles } from './admit.ts';
import { blobSource } from './blob-source.ts';
import { type Described, describe } from './describe.ts';
import { gatherFiles } from './gather.ts';

export interface Attached {
  readonly key: number;
  readonly file: File;
  /** Null while it is being looked at. */
  readonly described: Described | null;
  /** A photo keeps the place where it was taken. */
  readonly keepsLocation: boolean;
}

/** Milliseconds that the server's own limit is waited for. */
const LIMIT_MS = 1000;

const trays = new Map<ConversationId, readonly Attached[]>();
const ready = new Map<number, Promise<void>>();
const listeners = new Set<(conversation: ConversationId) => void>();
let keys = 0;
let limit: Promise<number> | null = null;

export const attachedIn = (conversation: ConversationId): readonly Attached[] =>
  trays.get(conversation) ?? [];
export const countAttached = (conversation: ConversationId): number => attachedIn(conversation).length;

/** Calls the listener for every change, until the returned function is called. */
export function onAttached(listener: (conversation: ConversationId) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Puts files beside what is written there. Gives what could not be taken, in sentences; empty when all of them were. */
export async function attachFiles(conversation: ConversationId, given: readonly Given[]): Promise<string> {
  const files = await gatherFiles(given);
  if (files.length === 0) return t('There are no files in this folder.');
  const { taken, sentences } = admitFiles(files, countAttached(conversation), await maxBytes());
  const fresh = taken.map((file) => ({ key: ++keys, file, described: null, keepsLocation: false }));
  change(conversation, (known) => [...known, ...fresh]);
  for (const { key, file } of fresh)
    ready.set(
      key,
      describe(file).then((described) => {
        change(conversation, (known) =>
          known.map((each) => (each.key === key ? { ...each, described } : each)),
        );
      }),
    );
  return sentences.join(' ');
}

export function removeAttached(conversation: ConversationId, key: number): void {
  change(conversation, (known) => known.filter((each) => each.key !== key));
}

export function keepLocation(conversation: ConversationId, key: number, keepsLocation: boolean): void {
  change(conversation, (known) =>
    known.map((each) => (each.key === key ? { ...each, keepsLocation } : each)),
  );
}

/** Gives them to the engine with these words, once all have been looked at. Throws Error with a sentence; then they stay. */
export async function sendAttached(
  conversation: ConversationId,
  { text, replyTo }: { readonly text: string; readonly replyTo: BodyId | null },
): Promise<PendingMessage> {
  await Promise.all(attachedIn(conversation).map(({ key }) => ready.get(key)));
  const sent = attachedIn(conversation);
  const files = await (await engine).files();
  const pending = await files.send(conversation, {
    text,
    ...(replyTo === null ? {} : { replyTo }),
    files: newFiles(sent),
  });
  change(conversation, (known) => known.filter(({ key }) => !sent.some((each) => each.key === key)));
  for (const { key } of sent) ready.delete(key);
  return pending;
}

/** Sends a file as the next version of one that is there. Throws Error with a sentence. */
export async function sendVersion(
  conversation: ConversationId,
  replaces: FileId,
  file: File,
): Promise<PendingMessage> {
  const { taken, sentences } = admitFiles([file], 0, await maxBytes());
  if (taken.length === 0) throw new Error(sentences.join(' '));
  const described = await describe(file);
  const files = await (await engine).files();
  const versions = newFiles([{ key: 0, file, described, keepsLocation: false }]);
  return files.send(conversation, { text: '', files: versions.map((each) => ({ ...each, replaces })) });
}

/** Their previews travel in the message, and share the room that it has. */
function newFiles(attached: readonly Attached[]): readonly NewFile[] {
  const previews = fitPreviews(
    attached.map(({ described }) => ({
      preview: described?.facts.preview ?? null,
      smallPreview: described?.smallPreview ?? null,
    })),
  );
  return attached.map(({ file, described, keepsLocation }, n) => ({
    ...described?.facts,
    type: described?.facts.type ?? '',
    preview: previews[n] ?? null,
    source: blobSource(keepsLocation ? file : (described?.withoutLocation ?? file)),
    name: file.name,
  }));
}

/** What the server takes of one file; what Sotto takes, when that is not known soon. */
async function maxBytes(): Promise<number> {
  limit ??= engine
    .then((client) => client.files())
    .then((files) => files.usage())
    .then(({ maxFileBytes }) => Math.min(maxFileBytes, MAX_FILE_BYTES))
    .catch(() => {
      limit = null;
      return MAX_FILE_BYTES;
    });
  const late = new Promise<number>((resolve) => setTimeout(resolve, LIMIT_MS, MAX_FILE_BYTES));
  return Promise.race([limit, late]);
}

function change(
  conversation: ConversationId,
  next: (known: readonly Attached[]) => readonly Attached[],
): void {
  trays.set(conversation, next(attachedIn(conversation)));
  for (const listener of listeners) listener(conversation);
}
