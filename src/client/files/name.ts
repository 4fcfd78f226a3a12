/** Names of files as they may be shown, offered and written to a disk [R33]. */
import { UNPRINTABLE } from '../../contract/limits.ts';

/** Separators of paths, and what some systems refuse in a name. */
const FORBIDDEN = /[/\\:*?"<>|]/g;
/** Names that mean devices on some systems, whatever follows the dot. */
const DEVICES = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/i;
/** What is not seen, and could hide an ending; the blank pattern of Braille is a space in all but name. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800\ufffd]/gu;
/** The same, but for what is part of emojis and of words in some scripts: joiners, and what chooses between forms of a character. */
const HIDING = new RegExp(
  String.raw`(?!\u200c|\u200d|[\ufe0e\ufe0f\u{e0100}-\u{e01ef}])${INVISIBLE.source}`,
  'gu',
);
const UNPRINTABLES = new RegExp(UNPRINTABLE.source, 'gu');
/** Joiners where there is nothing to join. */
const LOOSE_JOINERS = /(?<=^|[\0-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\0-\x7f]|$)/g;
/** Bytes of a name in UTF-8, at most: what file systems take. */
const MAX_BYTES = 255;
/** Characters of an ending that stays when a name is cut, with its dot. */
const MAX_ENDING = 16;
const utf8 = new TextEncoder();

/** One line without characters that turn or hide text, without paths; `file` when nothing is left. */
export function fileName(name: string): string {
  const plain = name
    .toWellFormed()
    .replace(UNPRINTABLES, '')
    .replace(HIDING, '')
    .normalize('NFC')
    .replace(FORBIDDEN, '_')
    .replace(/\s+/g, ' ')
    .replace(LOOSE_JOINERS, '')
    // Where a joiner stood between two of them.
    .replace(/ +/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const named = plain.replace(INVISIBLE, '') === '' ? 'file' : plain;
  return shortened(DEVICES.test(named) ? `_${named}` : named);
}

/** Cut before its ending, so that this stays, and between what people see as characters. */
function shortened(name: string): string {
  if (utf8.encode(name).length <= MAX_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const isEnding = dot > 0 && name.length - dot <= MAX_ENDING;
  const ending = isEnding ? name.slice(dot) : '';
  const room = MAX_BYTES - utf8.encode(ending).length;
  // As many as can fit: the rest is not looked at.
  const stem = name
    .slice(0, isEnding ? dot : name.length)
    .slice(0, MAX_BYTES)
    .toWellFormed();
  const characters = Array.from(new Intl.Segmenter().segment(stem), ({ segment }) => segment);
  const whole = taken(characters, room);
  // A single character of hundreds of marks is cut all the same.
  const kept = whole === '' ? taken([...stem], room) : whole;
  return kept.replace(/(?:[. \ufffd]|\u200c|\u200d)+$/, '') + ending;
}

/** The first ones, of no more bytes than there is room for. */
function taken(characters: readonly string[], room: number): string {
  let text = '';
  let left = room;
  for (const character of characters) {
    left -= utf8.encode(character).length;
    if (left < 0) break;
    text += character;
  }
  return text;
}
