/** The boxes that films and pictures of ISO base media are made of. */
import { latin1 } from '../sniff.ts';
import { type Scan, Unreadable } from './scan.ts';

/** Boxes of one parent, at most: fragments of a long film are some thousands. */
const MAX_BOXES = 50_000;

export interface Box {
  readonly type: string;
  readonly from: number;
  /** Where what it holds begins, and ends with the box. */
  readonly content: number;
  readonly to: number;
}

/** Boxes between two places, in order. @throws Unreadable when they do not fill it */
export async function boxesOf(file: Scan, from: number, to: number): Promise<readonly Box[]> {
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    // QuickTime ends some lists with four zeros.
    if (to - at < 8) {
      if ((await file.bytes(at, to)).every((byte) => byte === 0)) break;
      throw new Unreadable('half a box');
    }
    const head = await file.view(at, at + 8);
    const type = latin1(await file.bytes(at + 4, at + 8), 0, 4);
    let [content, length] = [at + 8, head.getUint32(0)];
    if (length === 0) length = to - at;
    else if (length === 1) {
      length = Number((await file.view(at + 8, at + 16)).getBigUint64(0));
      content = at + 16;
    }
    if (at + length > to || at + length < content || boxes.length > MAX_BOXES)
      throw new Unreadable('a broken box');
    boxes.push({ type, from: at, content, to: at + length });
    at += length;
  }
  return boxes;
}

export const childrenOf = (file: Scan, { content, to }: Box): Promise<readonly Box[]> =>
  boxesOf(file, content, to);
