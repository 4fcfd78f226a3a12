/**
 * Looks at one file after the other in a worker of its own: what a file can do to whoever decodes it, it does to this worker, which the
 * page ends when it takes too long. It holds no keys.
 */
import { type Dimensions, dimensionsOf, MAX_PIXELS } from '../client/files/dimensions.ts';
import { PAGES_TYPE, pagesPreview } from '../client/files/pages.ts';
import { countPages } from '../client/files/pdf.ts';
import { inspectPhoto } from '../client/files/photo.ts';
import { type Piece, pieceLength } from '../client/files/pieces.ts';
import type { FileSource } from '../client/files/ports.ts';
import { SNIFF_BYTES, type SniffedType, shownAs, sniff } from '../client/files/sniff.ts';
import { TEXT_HEAD_BYTES, TEXT_HEAD_TYPE, textHead } from '../client/files/text-head.ts';
import type { Look, PhotoFacts, PreviewAnswer, PreviewRequest } from './preview/messages.ts';
import { drawPreviews } from './preview/picture.ts';

const tell = (answer: PreviewAnswer) => self.postMessage(answer);
const NOTHING: Look = { preview: null, smallPreview: null, dimensions: null };
const ZEROS_BYTES = 1024 * 1024;

const bytesOf = async (blob: Blob, from: number, to: number) =>
  new Uint8Array(await blob.slice(from, to).arrayBuffer());
const sourceOf = (file: Blob): FileSource => ({
  size: file.size,
  read: (from, to) => bytesOf(file, from, to),
});

self.onmessage = async ({ data: { file } }: MessageEvent<PreviewRequest>) => {
  try {
    const type = sniff(await bytesOf(file, 0, SNIFF_BYTES));
    const photo = await photoOf(file);
    tell({ step: 'facts', type, photo });
    // What is drawn is what leaves, so that a preview shows nothing that was taken out.
    tell({ step: 'look', look: await lookAt(photo.clean ?? file, type).catch(() => NOTHING) });
  } catch {
    tell({ step: 'error' });
  }
};

async function photoOf(file: File): Promise<PhotoFacts> {
  const photo = await inspectPhoto(sourceOf(file));
  if (photo.state !== 'removable')
    return { state: photo.state, hasLocation: photo.state === 'unreadable', clean: null };
  const parts = photo.pieces.flatMap((piece) => partsOf(file, piece));
  return { state: 'removable', hasLocation: photo.hasLocation, clean: new Blob(parts, { type: file.type }) };
}

/** Parts of the file stay where they are: a Blob of them copies nothing. */
function partsOf(file: Blob, piece: Piece): readonly BlobPart[] {
  if ('from' in piece) return [file.slice(piece.from, piece.to)];
  if ('bytes' in piece) return [new Uint8Array(piece.bytes)];
  const zeros = new Blob([new Uint8Array(Math.min(ZEROS_BYTES, piece.zeros))]);
  const whole = Math.floor(piece.zeros / ZEROS_BYTES);
  const rest = pieceLength(piece) % ZEROS_BYTES;
  return [...Array.from({ length: whole }, () => zeros), zeros.slice(0, rest)];
}

async function lookAt(file: Blob, type: SniffedType | ''): Promise<Look> {
  switch (shownAs(type)) {
    case 'text':
      return lookAtText(file);
    case 'image': {
      const dimensions = await dimensionsOf(sourceOf(file), type);
      return dimensions === null ? NOTHING : lookAtPicture(file, type, dimensions);
    }
    default:
      return type === PAGES_TYPE ? lookAtPages(file) : NOTHING;
  }
}

async function lookAtPages(file: Blob): Promise<Look> {
  const pages = await countPages(sourceOf(file), inflate);
  const preview = pages === null ? null : pagesPreview(pages);
  return { preview, smallPreview: preview, dimensions: null };
}

async function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('deflate'));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (const reader = stream.getReader(); length < limit; ) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function lookAtText(file: Blob): Promise<Look> {
  const head = textHead(await bytesOf(file, 0, TEXT_HEAD_BYTES));
  const preview = head === '' ? null : { type: TEXT_HEAD_TYPE, bytes: new TextEncoder().encode(head) };
  return { preview, smallPreview: preview, dimensions: null };
}

/** The header says how much would be decoded, before anything is. */
async function lookAtPicture(file: Blob, type: string, dimensions: Dimensions): Promise<Look> {
  if (dimensions.width * dimensions.height > MAX_PIXELS) return { ...NOTHING, dimensions };
  const bitmap = await createImageBitmap(file.slice(0, file.size, type));
  try {
    const drawn = { width: bitmap.width, height: bitmap.height };
    return { ...(await drawPreviews(bitmap, drawn)), dimensions: drawn };
  } finally {
    bitmap.close();
  }
}
