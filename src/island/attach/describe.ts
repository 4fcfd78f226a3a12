/** What a file is, looked at on this device before it is sealed. */
import { SNIFF_BYTES, shownAs, sniff } from '../../client/files/sniff.ts';
import type { NewFile } from '../../client/files/types.ts';
import { loadPreview } from '../part.ts';

export interface Described {
  readonly facts: Pick<NewFile, 'type' | 'width' | 'height' | 'duration'> & {
    readonly preview: NonNullable<NewFile['preview']> | null;
  };
  /** Of fewer bytes, for a message of many files. */
  readonly smallPreview: NonNullable<NewFile['preview']> | null;
  /** The place where a photo was taken: in it, and whether it can be taken out. */
  readonly location: 'none' | 'removable' | 'fixed';
  /** The file without what a camera wrote into it; null when it is sent as it is. */
  readonly withoutLocation: Blob | null;
}

/** Never throws: a file that cannot be looked at is sent all the same. */
export async function describe(file: File): Promise<Described> {
  try {
    const { describeFile } = await loadPreview();
    const { photo, smallPreview, ...facts } = await describeFile(file);
    const found = photo.state === 'unreadable' ? 'fixed' : 'removable';
    return {
      facts,
      smallPreview,
      location: photo.hasLocation ? found : 'none',
      withoutLocation: photo.clean,
    };
  } catch {
    return describeHead(file);
  }
}

/** Without the part that looks at files: nobody knows whether a picture says where it was taken. */
async function describeHead(file: File): Promise<Described> {
  const head = await file
    .slice(0, SNIFF_BYTES)
    .arrayBuffer()
    .catch(() => new ArrayBuffer());
  const type = sniff(new Uint8Array(head));
  const location = ['image', 'video'].includes(shownAs(type)) ? 'fixed' : 'none';
  return { facts: { type, preview: null }, smallPreview: null, location, withoutLocation: null };
}
