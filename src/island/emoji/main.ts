/** The part of the island that picks emojis, loaded when somebody first asks for one. */
import { Picker } from './picker.ts';

let picker: Picker | null = null;

/**
 * Opens the picker beside `anchor`, or closes it where it stood there already. It closes after a pick unless Shift is held,
 * and gives the focus back.
 */
export function openEmojiPicker(anchor: HTMLElement, onPick: (emoji: string) => void): void {
  picker ??= new Picker();
  picker.open(anchor, onPick);
}
