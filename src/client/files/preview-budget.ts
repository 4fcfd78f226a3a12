/** How large the previews of one message may be together: they travel in its sealed content, with its text. */
import { FILE_LIMITS } from '../../protocol/file-manifest.ts';

/** Bytes of the manifests of one message, at most: what is left of its 64 KiB is for words. */
const MANIFESTS_BYTES = 48 * 1024;
/** Bytes of a manifest besides its preview, with the longest name: ids, keys and hashes are 160 of them. */
const MANIFEST_BYTES = 640;

/** Bytes of each preview, at most, where a message has so many files. */
export const previewBudget = (files: number): number =>
  Math.min(FILE_LIMITS.previewBytes, Math.floor(MANIFESTS_BYTES / Math.max(1, files)) - MANIFEST_BYTES);

/** A preview in two sizes: how many files go with it is known only when the message is sent. */
export interface Previews<Preview> {
  /** The better one, of at most previewBudget(1). */
  readonly preview: Preview | null;
  /** Of at most previewBudget(MAX_MESSAGE_FILES). */
  readonly smallPreview: Preview | null;
}

/** Which preview each file of a message gets: the better one for all of them where that is possible. */
export function fitPreviews<Preview extends { readonly bytes: Uint8Array }>(
  files: readonly Previews<Preview>[],
): readonly (Preview | null)[] {
  const room = MANIFESTS_BYTES - files.length * MANIFEST_BYTES;
  const taken = files.reduce((sum, { preview }) => sum + (preview?.bytes.length ?? 0), 0);
  return files.map(({ preview, smallPreview }) => (taken <= room ? preview : smallPreview));
}
