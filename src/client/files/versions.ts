/** Versions of a file: which series one belongs to, and an old one said again. */
import type { FileId } from '../../contract/files.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { addWords } from '../compose.ts';
import type { Context } from '../context.ts';
import type { HistoryMessage } from '../engine-types.ts';
import type { Reads } from '../operation.ts';
import { ensureNoted, findNoted, laterVersion, readSeries, viewNoted } from './kept.ts';
import type { Noted } from './noted.ts';
import { keepPlace, knownFile } from './places.ts';
import type { KeptFile } from './types.ts';
import type { FileView } from './view.ts';

/** What a manifest can say (u32): somebody who claims the highest one is followed by versions of the same number. */
const MAX_VERSION = 2 ** 32 - 1;

const nextOf = (versions: readonly Noted[]): number =>
  Math.min(MAX_VERSION, 1 + Math.max(0, ...versions.map(({ file }) => file.version)));

/**
 * Series and version of a file that is about to be said, one above the highest that is known in the conversation. A file that is not
 * known there, or none, begins a series of its own.
 * @param replaces any version of the file that it follows
 */
export async function seriesFor(
  reads: Reads,
  conversation: ConversationId,
  id: FileId,
  replaces: FileId | null,
): Promise<Pick<FileView, 'series' | 'version'>> {
  const [followed] = replaces === null ? [] : await findNoted(reads, replaces, conversation);
  if (followed === undefined) return { series: id, version: 1 };
  const { series } = followed.file;
  return { series, version: nextOf(await readSeries(reads, conversation, series)) };
}

/** Every version that this device knows of the file's series, the latest first; in the conversation where it was said last, unless one is named. */
export async function listVersions(
  ctx: Context,
  id: FileId,
  conversation?: ConversationId,
): Promise<readonly KeptFile[]> {
  await ensureNoted(ctx);
  const [noted] = await findNoted(ctx.storage, id, conversation);
  if (noted === undefined) return [];
  const versions = await readSeries(ctx.storage, noted.conversation, noted.file.series);
  return viewNoted(ctx.storage, [...versions].sort(laterVersion));
}

/**
 * Says an old version again as the newest one: the same file under the same id, key and root, with another number. Nothing is sealed
 * anew, so no key seals a second text; what everybody fetches is what was there before, and the root holds it to that. The server is
 * told first that it belongs there by this account too, so that the file outlives the message that it was first said in.
 * @throws FileProblem when the server has it no more; Error with a sentence
 */
export async function restoreVersion(
  ctx: Context,
  id: FileId,
  within?: ConversationId,
  as?: FileView,
): Promise<HistoryMessage> {
  const { file, conversation } = await knownFile(ctx, id, within, as);
  return keepPlace(ctx, id, conversation, async (op) => {
    const version = nextOf(await readSeries(op, conversation, file.series));
    return addWords(op, ctx, conversation, { text: '', answers: null, files: [{ ...file, version }] });
  });
}
