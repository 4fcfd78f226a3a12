/**
 * MP4 and QuickTime films without what is said beside them. Nothing moves, since tables hold places of the file: a box with words becomes
 * `free` and its content zeros, and so do the samples of tracks that note where the camera was.
 */
import type { Edit } from '../pieces.ts';
import { editedPieces } from '../pieces.ts';
import { latin1 } from '../sniff.ts';
import { type Box, boxesOf, childrenOf } from './boxes.ts';
import { namesCamera, namesPlace } from './exif.ts';
import { sampleRanges } from './samples.ts';
import { type Scan, Unreadable } from './scan.ts';
import type { Photo } from './types.ts';

/** What a film consists of; any other box of the file is blanked. */
const KEPT = new Set('ftyp styp moov mdat moof mfra sidx ssix pdin prft emsg wide free skip'.split(' '));
const WORDS = new Set(['udta', 'meta', 'uuid']);
const EMPTY = new Set(['wide', 'free', 'skip']);
/** Handlers of tracks that are seen or heard. */
const PLAYED = new Set(['vide', 'soun', 'tmcd', 'hint', 'auxv', 'pict']);

/** What is taken out of a film, and whether it named a place. */
export class Blanking {
  readonly edits: Edit[] = [];
  hasLocation = false;

  constructor(readonly file: Scan) {}

  async box({ from, content, to }: Box): Promise<void> {
    this.hasLocation ||= await this.file.some(content, to, namesPlace);
    this.edits.push({ from: from + 4, to: from + 8, by: { bytes: new TextEncoder().encode('free') } });
    this.edits.push({ from: content, to, by: { zeros: to - content } });
  }
}

/** @throws Unreadable for what is no film from beginning to end */
export async function inspectFilm(file: Scan): Promise<Photo> {
  const blanking = new Blanking(file);
  const boxes = await boxesOf(file, 0, file.size);
  if (!boxes.some(({ type }) => type === 'moov')) throw new Unreadable('a film without its tables');
  const isFragmented = boxes.some(({ type }) => type === 'moof');
  for (const box of boxes) {
    if (box.type === 'moov') await blankMovie(blanking, box, isFragmented);
    else if (box.type === 'moof') await blankWords(blanking, box);
    else if (
      !KEPT.has(box.type) ||
      (EMPTY.has(box.type) && (await file.some(box.content, box.to, namesCamera)))
    )
      await blanking.box(box);
  }
  const { edits, hasLocation } = blanking;
  if (edits.length === 0) return { state: 'clean' };
  const pieces = editedPieces(file.size, edits);
  return pieces === null ? { state: 'unreadable' } : { state: 'removable', hasLocation, pieces };
}

/** Blanks words about a film and its tracks, and tracks of places. */
export async function blankMovie(blanking: Blanking, movie: Box, isFragmented: boolean): Promise<void> {
  await blankWords(blanking, movie);
  for (const track of await childrenOf(blanking.file, movie)) {
    if (track.type !== 'trak') continue;
    await blankWords(blanking, track);
    const samples = await placeSamples(blanking.file, track);
    if (samples === null) continue;
    // Where samples lie stands in every fragment: those are not followed.
    if (isFragmented) throw new Unreadable('a track of places in fragments');
    blanking.hasLocation = true;
    for (const { from, to } of samples) blanking.edits.push({ from, to, by: { zeros: to - from } });
  }
}

async function blankWords(blanking: Blanking, parent: Box): Promise<void> {
  for (const box of await childrenOf(blanking.file, parent)) if (WORDS.has(box.type)) await blanking.box(box);
}

type Range = { readonly from: number; readonly to: number };
/** Where the samples of a track lie that notes places; null for any other track, and when they are zeros already. */
async function placeSamples(file: Scan, track: Box): Promise<readonly Range[] | null> {
  const media = await child(file, track, 'mdia');
  const handler = media && (await child(file, media, 'hdlr'));
  const information = media && (await child(file, media, 'minf'));
  const table = information && (await child(file, information, 'stbl'));
  const descriptions = table && (await child(file, table, 'stsd'));
  if (!handler || !table || !descriptions) return null;
  const kind = latin1(await file.bytes(handler.content + 8, handler.content + 12), 0, 4);
  if (PLAYED.has(kind)) return null;
  // Phones describe tracks of faces and of turning by name; a track without such a name may hold anything.
  const entry = latin1(await file.here(descriptions.content + 12, 4), 0, 4);
  const isNamed = entry === 'mebx';
  if (isNamed && !(await file.some(descriptions.content, descriptions.to, namesPlace))) return null;
  const ranges = await sampleRanges(file, await childrenOf(file, table));
  const isText = kind === 'text' || kind === 'sbtl' || kind === 'subt';
  const says = isText
    ? (bytes: Uint8Array) => /GPS|latitude|longitude/i.test(new TextDecoder('latin1').decode(bytes))
    : (bytes: Uint8Array) => bytes.some((byte) => byte !== 0);
  for (const { from, to } of ranges) if (await file.some(from, to, says)) return ranges;
  return null;
}

const child = async (file: Scan, parent: Box, type: string): Promise<Box | undefined> =>
  (await childrenOf(file, parent)).find((box) => box.type === type);
