/** A file that is looked at: its bytes through the engine, and what they are. */

import { SNIFF_BYTES, type SniffedType, shownAs, sniff } from '../../client/files/sniff.ts';
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import type { Saveable } from '../save/main.ts';
import { engine } from '../session.ts';

export interface OpenedFile {
  readonly bytes: Saveable;
  /** By its first bytes, whatever the sender says; empty for what is only saved. */
  readonly type: SniffedType | '';
}

/** @throws FileProblem */
async function openBytes(file: FileView): Promise<OpenedFile> {
  const opened = (await (await engine).files()).open(file);
  const { name, size } = file;
  const bytes: Saveable = { name, size, read: (from, to, watch) => opened.read(from, to, watch) };
  const head = new Uint8Array(Math.min(SNIFF_BYTES, size));
  let at = 0;
  for await (const piece of bytes.read(0, head.length, {})) {
    head.set(piece, at);
    at += piece.length;
  }
  return { bytes, type: sniff(head) };
}

/** The same, for one way of showing. @throws Error with a sentence when its bytes are something else */
export async function openAs(
  file: FileView,
  shown: 'image' | 'video' | 'audio' | 'text',
): Promise<OpenedFile> {
  const opened = await openBytes(file);
  if (shownAs(opened.type) !== shown)
    throw new Error(
      t('This file is not what its sender says it is, so it is not shown: save it to look at it elsewhere.'),
    );
  return opened;
}
