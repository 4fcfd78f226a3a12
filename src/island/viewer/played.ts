/** Sounds and films while they arrive: an address that media elements read and seek in. */
import type { FileView } from '../../client/files/view.ts';
import { loadSave } from '../part.ts';
import { openAs } from './opened.ts';

export interface Played {
  readonly address: string;
  /** Forgets the address; what is being read is cut off. */
  end(): void;
}

/** @throws FileProblem, Error with a sentence for what is something else, or too large for this browser */
export async function openPlayed(file: FileView, shown: 'video' | 'audio'): Promise<Played> {
  const [{ bytes, type }, save] = await Promise.all([openAs(file, shown), loadSave()]);
  const stream = save.playFrom(bytes, type);
  if (stream) return { address: stream.path, end: () => stream.withdraw() };
  // Without a worker for this page (the first visit, private windows of some browsers).
  const address = URL.createObjectURL(await save.readWhole(bytes, type, {}));
  return { address, end: () => URL.revokeObjectURL(address) };
}
