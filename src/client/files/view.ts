/** A file of a message as this device holds it: the manifest, and what shows and stores it. */
import { fromHex, toHex } from '../../contract/bytes.ts';
import { fileId, isFileId } from '../../contract/files.ts';
import type { FileManifest } from '../../protocol/file-manifest.ts';
import { bytes, encodeStored, list, nullable, number, type Of, record, text, word } from '../stored.ts';
import { fileName } from './name.ts';

/** In the storage and in archives; the name is as its sender wrote it. */
export const StoredFile = record({
  id: word(isFileId),
  key: bytes,
  name: text,
  type: text,
  size: number,
  root: bytes,
  commitment: bytes,
  series: word(isFileId),
  version: number,
  previewType: text,
  preview: nullable(bytes),
  width: nullable(number),
  height: nullable(number),
  duration: nullable(number),
  expiresAt: nullable(number),
});
/** `key`, `root` and `commitment` are 32 bytes; the rest is as in the manifest (protocol/file-manifest.ts). */
export type FileView = Of<typeof StoredFile>;

/** What is kept and shown of a manifest that was received or made: its name cleaned [R33]. */
export const viewFile = ({ id, series, name, ...rest }: FileManifest): FileView => ({
  ...rest,
  id: fileId(id),
  series: fileId(series),
  name: fileName(name),
});

/** The manifest again, for a message or a link that names the same file. */
export const manifestOf = ({ id, series, ...rest }: FileView): FileManifest => ({
  ...rest,
  id: fromHex(id),
  series: fromHex(series),
});

/** Whether two lists say the same of the same files. */
export const isSameFiles = (some: readonly FileView[], others: readonly FileView[]): boolean => {
  const said = (files: readonly FileView[]) => toHex(encodeStored(list(StoredFile), files));
  return some.length === others.length && said(some) === said(others);
};
