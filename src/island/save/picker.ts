/** Into a file that the person has picked (File System Access): the browser puts it in its place when all of it is there. */
import { readOn, type Saveable, type SaveWatch } from './read-on.ts';

interface Picker {
  showSaveFilePicker(options: { readonly suggestedName: string }): Promise<FileSystemFileHandle>;
}
const hasPicker = (scope: object): scope is Picker => 'showSaveFilePicker' in scope;

export const canPick = (): boolean => hasPicker(window);

/** False when the person has closed the dialog. What does not end well is not put in its place. */
export async function pickAndWrite(file: Saveable, watch: SaveWatch): Promise<boolean> {
  if (!hasPicker(window)) return false;
  const picked = await window.showSaveFilePicker({ suggestedName: file.name }).catch(leftOpen);
  if (picked === null) return false;
  const writable = await picked.createWritable();
  try {
    for await (const bytes of readOn(file, 0, file.size, watch)) await writable.write(new Uint8Array(bytes));
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
  await writable.close();
  return true;
}

function leftOpen(error: unknown): null {
  if (error instanceof DOMException && error.name === 'AbortError') return null;
  throw error;
}
