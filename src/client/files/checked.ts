/** Files that a record from elsewhere claims, held to what a message could say. */
import { isProtocolError } from '../../protocol/errors.ts';
import { filePayload } from '../../protocol/file-manifest.ts';
import { type FileView, manifestOf, viewFile } from './view.ts';

/** The same files with their names cleaned [R33], or null when no message could have brought them. */
export function checkedFiles(files: readonly FileView[]): readonly FileView[] | null {
  if (files.length === 0) return files;
  try {
    const said = filePayload.encode({ text: '', replyTo: null, timer: null, files: files.map(manifestOf) });
    return filePayload.decode(said).files.map(viewFile);
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}
