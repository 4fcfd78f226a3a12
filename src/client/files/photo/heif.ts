/**
 * AVIF and HEIC without Exif, XMP and items of unknown kinds. Nothing moves: an item's bytes become an empty Exif or zeros, where it lies.
 * Which way the picture is turned stands elsewhere in these formats, and stays.
 */
import { equalBytes } from '../../../protocol/hash.ts';
import { editedPieces } from '../pieces.ts';
import { latin1 } from '../sniff.ts';
import { boxesOf } from './boxes.ts';
import { namesPlace, readExif } from './exif.ts';
import { Blanking, blankMovie } from './film.ts';
import { type Scan, Unreadable } from './scan.ts';
import type { Photo } from './types.ts';

const KEPT = new Set(['ftyp', 'meta', 'mdat', 'moov', 'free']);
const WORDS = new Set(['udta', 'uuid']);
/** Kinds of items that are pictures, or put pictures together. */
const PICTURES = new Set('av01 hvc1 hev1 grid iovl iden tmap'.split(' '));
const MAX_ITEMS = 4096;
const MAX_ITEM_BYTES = 256 * 1024;

interface Item {
  readonly id: number;
  readonly kind: string;
}
interface Extent {
  readonly item: number;
  readonly from: number;
  readonly to: number;
}

/** @throws Unreadable for what is no such picture from beginning to end */
export async function inspectHeif(file: Scan): Promise<Photo> {
  const blanking = new Blanking(file);
  const boxes = await boxesOf(file, 0, file.size);
  const meta = boxes.find(({ type }) => type === 'meta');
  if (meta === undefined) throw new Unreadable('a picture without its tables');
  for (const box of boxes) {
    if (box.type === 'moov') await blankMovie(blanking, box, false);
    else if (!KEPT.has(box.type)) await blanking.box(box);
  }
  const children = await boxesOf(file, meta.content + 4, meta.to);
  for (const box of children) if (WORDS.has(box.type)) await blanking.box(box);
  const find = (type: string) => children.find((box) => box.type === type);
  const [names, places, inside] = [find('iinf'), find('iloc'), find('idat')];
  if (!names || !places) throw new Unreadable('a picture without items');

  const items = await itemsOf(file, names);
  const extents = await extentsOf(file, places.content, inside?.content ?? null);
  const pictures = new Set(items.filter(({ kind }) => PICTURES.has(kind)).map(({ id }) => id));
  const kept = extents.filter(({ item }) => pictures.has(item));
  for (const { item, from, to } of extents) {
    if (pictures.has(item)) continue;
    if (kept.some((picture) => from < picture.to && picture.from < to))
      throw new Unreadable('words inside a picture');
    if (to - from > MAX_ITEM_BYTES) throw new Unreadable('an item that is too long');
    const isExif = items.find(({ id }) => id === item)?.kind === 'Exif';
    const content = await file.bytes(from, to);
    const empty = isExif ? emptyExif(to - from) : new Uint8Array(to - from);
    if (equalBytes(content, empty)) continue;
    blanking.hasLocation ||= namesPlace(content) || (isExif && exifNamesPlace(content));
    blanking.edits.push({ from, to, by: { bytes: empty } });
  }
  const { edits, hasLocation } = blanking;
  if (edits.length === 0) return { state: 'clean' };
  const pieces = editedPieces(file.size, edits);
  return pieces === null ? { state: 'unreadable' } : { state: 'removable', hasLocation, pieces };
}

/** A picture coded as JPEG inside brings an Exif of its own, which is not looked for. @throws Unreadable for one */
async function itemsOf(
  file: Scan,
  box: { readonly content: number; readonly to: number },
): Promise<readonly Item[]> {
  const version = (await file.bytes(box.content, box.content + 1))[0] ?? 0;
  const entries = await boxesOf(file, box.content + (version === 0 ? 6 : 8), box.to);
  if (entries.length > MAX_ITEMS) throw new Unreadable('too many items');
  const items: Item[] = [];
  for (const { content, to } of entries) {
    const form = (await file.bytes(content, content + 1))[0] ?? 0;
    if (form < 2) throw new Unreadable('items of an old form');
    const view = await file.view(content, Math.min(to, content + 14));
    const id = form === 2 ? view.getUint16(4) : view.getUint32(4);
    const at = content + (form === 2 ? 8 : 10);
    const kind = latin1(await file.bytes(at, at + 4), 0, 4);
    if (kind === 'jpeg') throw new Unreadable('a picture of another kind');
    items.push({ id, kind });
  }
  return items;
}

/** @param inside where the bytes begin that stand among the tables */
async function extentsOf(file: Scan, content: number, inside: number | null): Promise<readonly Extent[]> {
  let at = content;
  const next = async (width: number): Promise<number> => {
    if (![0, 2, 4, 8].includes(width)) throw new Unreadable('a number of an unknown width');
    const view = await file.view(at, at + width);
    at += width;
    if (width === 8) return Number(view.getBigUint64(0));
    return width === 4 ? view.getUint32(0) : width === 2 ? view.getUint16(0) : 0;
  };
  const version = (await next(4)) >>> 24;
  const widths = await next(2);
  const [offsetWidth, lengthWidth, baseWidth, indexWidth] = [12, 8, 4, 0].map(
    (shift) => (widths >> shift) & 15,
  );
  const count = await next(version < 2 ? 2 : 4);
  const extents: Extent[] = [];
  for (let n = 0; n < count; n++) {
    const item = await next(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : (await next(2)) & 15;
    if ((await next(2)) !== 0) throw new Unreadable('an item of another file');
    const start = method === 0 ? 0 : inside;
    if (method > 1 || start === null) throw new Unreadable('an item inside an item');
    const base = await next(baseWidth ?? 0);
    const pieces = await next(2);
    for (let piece = 0; piece < pieces; piece++) {
      if (version > 0) await next(indexWidth ?? 0);
      const from = start + base + (await next(offsetWidth ?? 0));
      const length = await next(lengthWidth ?? 0);
      if (from + length > file.size || extents.length > MAX_ITEMS)
        throw new Unreadable('an item that lies outside');
      extents.push({ item, from, to: length === 0 ? file.size : from + length });
    }
  }
  return extents;
}

/** Four bytes say where the TIFF begins behind them. */
const exifNamesPlace = (content: Uint8Array): boolean => {
  if (content.length < 4) return false;
  const start = 4 + new DataView(content.buffer, content.byteOffset).getUint32(0);
  const exif = readExif(content.subarray(start));
  return exif === null || exif.hasLocation;
};

/** A TIFF without entries, and zeros. */
function emptyExif(length: number): Uint8Array {
  const empty = new Uint8Array(length);
  if (length >= 18) empty.set([0, 0, 0, 0, 0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8]);
  return empty;
}
