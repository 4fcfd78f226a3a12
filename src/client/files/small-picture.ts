/**
 * Whether a preview is as small a picture as it must be, by its header: a sender's few bytes can stand for gigabytes of pixels, and a
 * browser makes room for all of them as soon as the message is shown.
 */

/** Pixels of a side, at most; Sotto makes none of more than half as many. */
const MAX_PREVIEW_SIDE = 640;
const SEGMENTS = 64;

type Size = readonly [width: number, height: number];

/** @param bytes of a PNG, a JPEG or a WebP; anything else is none, and so is what does not say its size where it must */
export function isSmallPicture(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const [width, height] = sizeOf(view);
    return width > 0 && height > 0 && Math.max(width, height) <= MAX_PREVIEW_SIDE;
  } catch (error) {
    // It ends before it has said so.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function sizeOf(view: DataView): Size {
  if (view.getUint32(0) === 0x89504e47) return pngSize(view);
  if (view.getUint32(0) === 0x52494646) return webpSize(view);
  return view.getUint16(0) === 0xffd8 ? jpegSize(view) : [0, 0];
}

/** The first chunk is the header. */
const pngSize = (view: DataView): Size =>
  view.getUint32(12) === 0x49484452 ? [view.getUint32(16), view.getUint32(20)] : [0, 0];

function webpSize(view: DataView): Size {
  const u24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
  const bits = view.getUint32(21, true);
  switch (view.getUint32(12)) {
    case 0x56503858: // VP8X
      return [u24(24) + 1, u24(27) + 1];
    case 0x5650384c: // VP8L
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    case 0x56503820: // VP8
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    default:
      return [0, 0];
  }
}

/** The first frame header. What stands between segments and is none is looked over by decoders, and refused here. */
function jpegSize(view: DataView): Size {
  for (let at = 2, n = 0; n < SEGMENTS; n++) {
    const marker = view.getUint16(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    if (marker < 0xffc0 || marker === 0xffff || marker === 0xffd9 || marker === 0xffda) break;
    at += 2 + view.getUint16(at + 2);
  }
  return [0, 0];
}
