/** Names of files as they may be shown, offered and written to a disk [R33]. */
import { UNPRINTABLE } from '../../contract/limits.ts';

/** Separators of paths, and what some systems refuse in a name. */
const FORBIDDEN = /[/\\:*?"<>|]/g;
/** Names that mean devices on some systems, whatever follows the dot. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** Bytes of a name in UTF-8, at most: what file systems take. */
const MAX_BYTES = 255;
const utf8 = new TextEncoder();

/** One line without characters that turn or hide text, without paths; `file` when nothing is left. */
export function fileName(name: string): string {
  const plain = [...name.toWellFormed().normalize('NFC')]
    .filter((character) => !UNPRINTABLE.test(character) && character !== '\ufffd')
    .join('')
    .replace(FORBIDDEN, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const short = shortened(plain === '' ? 'file' : plain);
  return DEVICES.test(short) ? `_${short}` : short;
}

/** Cut in the middle, so that the ending stays. */
function shortened(name: string): string {
  if (utf8.encode(name).length <= MAX_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  let stem = [...name.slice(0, name.length - ending.length)];
  while (utf8.encode(stem.join('') + ending).length > MAX_BYTES - 1) stem = stem.slice(0, -1);
  return stem.join('') + ending;
}
