/** How large the previews of one message may be together: they travel in its sealed content, with its text. */
import { FILE_LIMITS } from '../../protocol/file-manifest.ts';

/** Bytes of the manifests of one message, at most: what is left of its 64 KiB is for words. */
const MANIFESTS_BYTES = 48 * 1024;
/** Bytes of a manifest besides its preview, with the longest name: ids, keys and hashes are 160 of them. */
const MANIFEST_BYTES = 640;

/** Bytes of each preview, at most, where a message has so many files. */
export const previewBudget = (files: number): number =>
  Math.min(FILE_LIMITS.previewBytes, Math.floor(MANIFESTS_BYTES / Math.max(1, files)) - MANIFEST_BYTES);
