/** What a file is to somebody who reads: which icon, which words, whether it can be looked at. */

import { type Shown, shownAs } from '../../client/files/sniff.ts';
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import type { FileIcon } from './icons.ts';

/** As it may be shown here: by the type of the manifest, until its own bytes have been looked at. */
export const shownOf = ({ type }: Pick<FileView, 'type'>): Shown => shownAs(type);

export function iconOf(file: Pick<FileView, 'type'>): FileIcon {
  const shown = shownOf(file);
  if (shown === 'image') return 'image';
  if (shown === 'video') return 'film';
  if (shown === 'audio') return 'sound';
  if (shown === 'text') return 'text';
  return file.type === 'application/pdf' ? 'pdf' : 'file';
}

export function kindOf(file: FileView): string {
  const shown = shownOf(file);
  if (shown === 'image') return t('Image');
  if (shown === 'video') return t('Video');
  if (shown === 'audio') return t('Audio');
  if (shown === 'text') return t('Text');
  return file.type === 'application/pdf' ? t('PDF') : t('File');
}

/** The server has deleted it, or is about to. */
export const isOver = ({ expiresAt }: FileView): boolean => expiresAt !== null && expiresAt <= Date.now();

/** "1:05", "1:02:05": of a sound or a film. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
