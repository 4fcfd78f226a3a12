/** What the page and its preview worker say to each other. */
import type { Dimensions } from '../../client/files/dimensions.ts';
import type { SniffedType } from '../../client/files/sniff.ts';

export interface Preview {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What a photo or a film tells besides itself (client/files/photo.ts). */
export interface PhotoFacts {
  readonly state: 'clean' | 'removable' | 'unreadable';
  /** It says where it was taken, or may. */
  readonly hasLocation: boolean;
  /** The same picture and nothing else, made of parts of the file; null where nothing is to be taken out, or nothing can be. */
  readonly clean: Blob | null;
}

export interface Look {
  readonly preview: Preview | null;
  /** For a message of many files. */
  readonly smallPreview: Preview | null;
  readonly dimensions: Dimensions | null;
}

export interface PreviewRequest {
  readonly file: File;
}
/** First what the file is, then what it looks like: the second may take too long. `error` when it could not be read. */
export type PreviewAnswer =
  | { readonly step: 'facts'; readonly type: SniffedType | ''; readonly photo: PhotoFacts }
  | { readonly step: 'look'; readonly look: Look }
  | { readonly step: 'error' };
