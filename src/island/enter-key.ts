/** What the Enter key does in the box: kept for this device, with a box to tick in the settings. */
import { readKept, writeKept } from './kept.ts';

const NAME = 'writing/enter';
const NEWLINE = 'newline';

/** On a touch screen Enter is a new line anyway: its keyboard has no Shift to hold. */
export const isTouch = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

export async function enterIsNewline(): Promise<boolean> {
  return isTouch() || (await readKept(NAME)) === NEWLINE;
}

/** Shows `[data-writing]` and keeps `input[data-enter-newline]`. */
export async function openWriting(place: HTMLElement): Promise<void> {
  const told = place.querySelector<HTMLInputElement>('input[data-enter-newline]');
  if (!told) return;
  told.checked = (await readKept(NAME)) === NEWLINE;
  told.addEventListener('change', () => writeKept({ [NAME]: told.checked ? NEWLINE : '' }));
  place.hidden = false;
}
