/** Files in one line, where a message is named by its words and has none. */
import type { FileView } from '../client/files/view.ts';
import { plural } from '../contract/words.ts';

export const fileLine = (files: readonly Pick<FileView, 'name'>[]): string => {
  const [first] = files;
  if (!first) return '';
  return files.length === 1 ? first.name : plural(files.length, '{n} file', '{n} files');
};
