/** How large a picture says it is, by its header: known before anything is decoded, since a few bytes can stand for gigabytes of pixels. */
import { type Box, boxesOf, childrenOf } from './photo/boxes.ts';
import { readExif } from './photo/exif.ts';
import { Scan, Unreadable } from './photo/scan.ts';
import type { FileSource } from './ports.ts';
import { latin1, type SniffedType } from './sniff.ts';

export interface Dimensions {
  /** Pixels, as the picture is seen. */
  readonly width: number;
  readonly height: number;
}

/** Pixels that a preview is made of, at most: 256 MB of them as they are decoded. */
export const MAX_PIXELS = 64_000_000;
/** Pixels of a side that a manifest has room for. */
const MAX_SIDE = 0xffff;
const MAX_SEGMENTS = 1000;

/** As a manifest says them: nothing of a picture without a size, or of one that is too long. */
export const statedSize = (
  size: Dimensions | null,
): { readonly width: number | null; readonly height: number | null } =>
  size !== null && Math.max(size.width, size.height) <= MAX_SIDE ? size : { width: null, height: null };

type Measure = (file: Scan) => Promise<Dimensions>;
const MEASURES: Partial<Readonly<Record<SniffedType | '', Measure>>> = {
  'image/png': measurePng,
  'image/jpeg': measureJpeg,
  'image/gif': measureGif,
  'image/webp': measureWebp,
  'image/avif': measureAvif,
};

/** Null for what is no such picture, or does not say. @throws Error of `source` when that cannot be read */
export async function dimensionsOf(source: FileSource, type: SniffedType | ''): Promise<Dimensions | null> {
  const measure = MEASURES[type];
  if (measure === undefined) return null;
  try {
    const { width, height } = await measure(new Scan(source));
    return width > 0 && height > 0 ? { width, height } : null;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

async function measurePng(file: Scan): Promise<Dimensions> {
  const view = await file.view(16, 24);
  return { width: view.getUint32(0), height: view.getUint32(4) };
}

async function measureGif(file: Scan): Promise<Dimensions> {
  const view = await file.view(6, 10);
  return { width: view.getUint16(0, true), height: view.getUint16(2, true) };
}

/** Up to the frame header; an Exif before it may turn the picture. */
async function measureJpeg(file: Scan): Promise<Dimensions> {
  let isTurned = false;
  let at = 2;
  for (let n = 0; n < MAX_SEGMENTS; n++) {
    const view = await file.view(at, at + 4);
    const marker = view.getUint16(0);
    if (marker === 0xffff) {
      at++;
      continue;
    }
    const end = at + 2 + view.getUint16(2);
    if (marker === 0xffe1) {
      const content = await file.bytes(at + 4, Math.max(at + 4, end));
      if (latin1(content, 0, 6) === 'Exif\0\0')
        isTurned = (readExif(content.subarray(6))?.orientation ?? 1) > 4;
    }
    // Frames of all codings; the three others in this range are tables.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      const frame = await file.view(at + 5, at + 9);
      const [height, width] = [frame.getUint16(0), frame.getUint16(2)];
      return isTurned ? { width: height, height: width } : { width, height };
    }
    if (marker < 0xffc0 || end < at + 4) break;
    at = end;
  }
  throw new Unreadable('a picture without a frame');
}

async function measureWebp(file: Scan): Promise<Dimensions> {
  const view = await file.view(12, 30);
  const u24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  switch (latin1(await file.bytes(12, 16), 0, 4)) {
    case 'VP8X':
      return { width: u24(12) + 1, height: u24(15) + 1 };
    case 'VP8L': {
      const bits = view.getUint32(9, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    default:
      return { width: view.getUint16(14, true) & 0x3fff, height: view.getUint16(16, true) & 0x3fff };
  }
}

/** The largest size that any of its items has: a grid is larger than its tiles. */
async function measureAvif(file: Scan): Promise<Dimensions> {
  const find = (boxes: readonly Box[], type: string): Box => {
    const box = boxes.find((each) => each.type === type);
    if (box === undefined) throw new Unreadable('a picture without sizes');
    return box;
  };
  const meta = find(await boxesOf(file, 0, file.size), 'meta');
  const properties = find(await boxesOf(file, meta.content + 4, meta.to), 'iprp');
  const container = find(await childrenOf(file, properties), 'ipco');
  let largest: Dimensions = { width: 0, height: 0 };
  let isTurned = false;
  for (const { type, content } of await childrenOf(file, container)) {
    if (type === 'irot') isTurned = ((await file.view(content, content + 1)).getUint8(0) & 1) === 1;
    if (type !== 'ispe') continue;
    const view = await file.view(content + 4, content + 12);
    const size = { width: view.getUint32(0), height: view.getUint32(4) };
    if (size.width * size.height > largest.width * largest.height) largest = size;
  }
  return isTurned ? { width: largest.height, height: largest.width } : largest;
}
