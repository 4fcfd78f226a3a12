/** Files that a command sends, with what other people are told of them. */
import { dimensionsOf, statedSize } from '../client/files/dimensions.ts';
import { inspectPhoto } from '../client/files/photo.ts';
import { assembled } from '../client/files/pieces.ts';
import type { FileSource, SourceOf } from '../client/files/ports.ts';
import { SNIFF_BYTES, sniff } from '../client/files/sniff.ts';
import { textHead } from '../client/files/text-head.ts';
import type { NewFile } from '../client/files/types.ts';
import type { FileId } from '../contract/files.ts';
import { Failed } from './failures.ts';
import { findSource, openSource, readHint, writeHint } from './file-source.ts';

export interface SendOptions {
  /** Photos say where they were taken. */
  readonly keepLocation: boolean;
  /** Epoch milliseconds. */
  readonly expiresAt: number | null;
  /** A version of the file that this one follows. */
  readonly replaces: FileId | null;
}

/**
 * The file at a path, as it is sent.
 * @param name instead of the path's
 * @throws Failed with a sentence
 */
export async function newFile(path: string, name: string | null, options: SendOptions): Promise<NewFile> {
  const { keepLocation, expiresAt, replaces } = options;
  const opened = await openSource(path);
  const clean = keepLocation ? opened : await withoutLocation(opened);
  if (clean === null)
    throw new Failed(
      `${path} says where or by whom it was taken, and that cannot be taken out of it: nothing was sent. Send it as it is with --keep-location.`,
    );
  const head = await clean.read(0, Math.min(SNIFF_BYTES, clean.size));
  const type = sniff(head);
  return {
    source: clean,
    name: name ?? opened.name,
    type,
    preview: type === 'text/plain' ? { type, bytes: new TextEncoder().encode(textHead(head)) } : null,
    // Whoever shows it keeps room for it.
    ...statedSize(await dimensionsOf(clean, type)),
    expiresAt,
    replaces,
    hint: writeHint({ ...opened.hint, stripped: clean !== opened }),
  };
}

/** What a hint of `newFile` speaks of, as it was sent. */
export const sourceOf: SourceOf = async (hint) => {
  const found = await findSource(hint);
  return found === null || readHint(hint)?.stripped !== true ? found : withoutLocation(found);
};

/** The same file where there is nothing to take out; null when it cannot be taken out. */
async function withoutLocation(source: FileSource): Promise<FileSource | null> {
  const photo = await inspectPhoto(source);
  if (photo.state === 'unreadable') return null;
  return photo.state === 'removable' ? assembled(source, photo.pieces) : source;
}
