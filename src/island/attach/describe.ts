/** What a file is, looked at on this device before it is sealed. */
import { SNIFF_BYTES, sniff } from '../../client/files/sniff.ts';
import type { NewFile } from '../../client/files/types.ts';

export interface Described {
  readonly facts: Pick<NewFile, 'type' | 'preview' | 'width' | 'height' | 'duration'>;
  /** The place where a photo was taken: in it, and whether it can be taken out. */
  readonly location: 'none' | 'removable' | 'fixed';
  /** The file without what a camera wrote into it; null when it is sent as it is. */
  readonly withoutLocation: Blob | null;
}

/**
 * Never throws: a file that cannot be looked at is sent all the same.
 * @param files of its message, which share the room for previews
 */
export async function describe(file: File, _files: number): Promise<Described> {
  try {
    const head = new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());
    return { facts: { type: sniff(head) }, location: 'none', withoutLocation: null };
  } catch {
    return { facts: { type: '' }, location: 'none', withoutLocation: null };
  }
}
